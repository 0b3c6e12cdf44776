"""The wiring, nothing else."""

from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from pages import account, admin, chat, create, fragments, gallery, images, jobs, sign_in, videos
from pages.backend import Backend
from pages.body import init_body
from pages.compress import init_compress
from pages.config import Settings
from pages.errors import init_errors
from pages.health import init_health
from pages.htmx import init_htmx
from pages.limits import Limits
from pages.log import configure_log, init_log
from pages.security import init_security
from pages.session import init_session
from pages.slots import init_slots
from pages.static_files import init_static
from pages.streams import Arrivals, Streams

ROOT = Path(__file__).parent.parent


def create_app(settings: Settings) -> Flask:
    """The frontend as a WSGI application. It holds connections to the backend and its own files, and no state."""
    configure_log(settings.log_level, settings.log_format)
    app = Flask("pages", static_folder=None, template_folder=str(ROOT / "templates"))
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.extensions["backend"] = Backend(settings.backend_url)
    app.extensions["limits"] = Limits(app.extensions["backend"])
    app.extensions["streams"] = Streams(settings.server_threads)
    app.extensions["arrivals"] = Arrivals(settings.server_threads)
    init_htmx(app)
    # Flask runs what comes after a request in the opposite order: the log and the numbers see the finished answer.
    init_log(app)
    init_health(app, app.extensions["streams"])
    init_body(app)
    init_session(app)
    init_security(app)
    init_compress(app)
    init_errors(app)
    init_slots(app)
    init_static(app)
    for module in (create, chat, images, videos, gallery, jobs, sign_in, account, admin, fragments):
        app.register_blueprint(module.blueprint)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app
