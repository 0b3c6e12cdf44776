"""/healthz: this process lives · /readyz: the backend answers too · /metrics: numbers for Prometheus."""

import ipaddress
import time

from flask import Blueprint, Flask, Response, abort, current_app, g, jsonify
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.process_collector import ProcessCollector

from pages.htmx import request
from pages.log import QUIET, route_of_request
from pages.session import backend
from pages.streams import Streams

BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10)
FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via")

blueprint = Blueprint("health", __name__)


def init_health(app: Flask, streams: Streams) -> None:
    """A registry of each app's own: two apps in one process (tests) must not share numbers."""
    registry = CollectorRegistry()
    requests = Counter(
        "pages_requests_total", "Requests answered", ["method", "route", "status"], registry=registry
    )
    seconds = Histogram(
        "pages_request_seconds",
        "Seconds until the answer began",
        ["route"],
        buckets=BUCKETS,
        registry=registry,
    )
    Gauge("pages_open_streams", "Streams being watched now", registry=registry).set_function(
        lambda: streams.count
    )
    ProcessCollector(registry=registry)
    app.extensions["metrics"] = registry
    app.register_blueprint(blueprint)

    @app.after_request
    def _measure(response: Response) -> Response:
        if request.path not in QUIET:
            route = route_of_request()
            requests.labels(request.method, route, str(response.status_code)).inc()
            seconds.labels(route).observe(time.perf_counter() - g.began)
        return response


@blueprint.get("/healthz")
def healthz() -> Response:
    """Never calls the backend: a deployment replaces this service while the other one is away."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> Response:
    is_ready = backend().is_ready()
    response = jsonify(status="ready" if is_ready else "backend unreachable")
    response.status_code = 200 if is_ready else 503
    if not is_ready:
        response.headers["Retry-After"] = "3"
    return response


@blueprint.get("/metrics")
def metrics() -> Response:
    """For the machine and its private network only: whoever else asks is told there is nothing here."""
    if any(name in request.headers for name in FORWARDED) or not _is_private(request.remote_addr):
        abort(404)
    return Response(generate_latest(current_app.extensions["metrics"]), content_type=CONTENT_TYPE_LATEST)


def _is_private(address: str | None) -> bool:
    """Loopback and the private ranges; an IPv6 address may carry its zone."""
    try:
        return ipaddress.ip_address((address or "").partition("%")[0]).is_private
    except ValueError:
        return False
