"""What the web server runs."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

RUBBISH = 5_000, 5, 1_000
"""When rubbish is looked for: among what is new soon and briefly, among all there is seldom. To
look through all took a third of a second in the midst of a page, and so would much that is new."""

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yihu.settings")
application = get_wsgi_application()
len(get_resolver().url_patterns)  # all pages and what they need, before a worker is made and asked
gc.freeze()  # what is loaded stays: no collection need look at it again
gc.set_threshold(*RUBBISH)
