"""`python -m yihu` is the command `yihu`."""

from yihu.cli.main import main

main()
