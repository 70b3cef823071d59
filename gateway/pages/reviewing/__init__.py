"""`/review/{run}`: where a person reads a draft and says what becomes of it."""

from gateway.pages.reviewing.acting import routes as acting
from gateway.pages.reviewing.live import routes as live
from gateway.pages.reviewing.showing import routes as showing

ROUTES = (showing, acting, live)
