"""What the web server runs."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yihu.settings")
application = get_wsgi_application()
gc.freeze()  # what is loaded stays: no collection need look at it again
