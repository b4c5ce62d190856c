"""What the web server runs."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

RARELY = 50_000, 20, 20
"""When rubbish is looked for: a page makes and drops some thousand things at a time, and to look
through them in the midst of it took a tenth of its time."""

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yihu.settings")
application = get_wsgi_application()
len(get_resolver().url_patterns)  # all pages and what they need, before a worker is made and asked
gc.freeze()  # what is loaded stays: no collection need look at it again
gc.set_threshold(*RARELY)
