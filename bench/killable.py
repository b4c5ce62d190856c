"""The real site under the real supervisor, a little less patient: it may be killed often.

python -m bench.killable PORT
"""

import sys

import django

from yihu.cli.supervisor import Patience, Supervisor


class Silent:
    """Who kills the programs knows."""

    def died(self, name: str, status: int, pause: float) -> None:
        pass

    def stopping(self) -> None:
        pass


def main() -> None:
    django.setup()
    from django.urls import get_resolver

    from yihu.cli.programs import clock, relay, web

    get_resolver().url_patterns  # noqa: B018 -- loaded once here, not after every kill
    where = "127.0.0.1", int(sys.argv[1])
    programs = [web(*where), relay(*where), clock()]
    Supervisor(programs, Silent(), Patience(first=0.05, longest=0.2)).run()


if __name__ == "__main__":
    main()
