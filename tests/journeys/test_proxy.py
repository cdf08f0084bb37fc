"""nginx with production's configuration before the portal in production settings: what it keeps, and what never.

The portal answers beside the demonstration, on the same database.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPMessage

import pytest

from tests.journeys.proxy import NGINX, Proxy, free_port
from tests.journeys.stack import PASSWORD, ROOT, Stack, eventually

if NGINX is None and os.environ.get("REQUIRE_NGINX", "0") != "1":
    pytest.skip("no nginx on this machine (REQUIRE_NGINX=1 makes that a failure)", allow_module_level=True)

PRODUCTION = {
    "DEMO": "0",
    "DEBUG": "0",
    "SECRET_KEY": "only-for-the-tests-of-the-proxy-and-nothing-else-0123456789",
    "ALLOWED_HOSTS": "127.0.0.1",
    "EMAIL_URL": "smtp://127.0.0.1:9/",
    "BEHIND_PROXY": "1",
}


@pytest.fixture(scope="module")
def proxy(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    port = free_port()
    proxy = Proxy(tmp_path_factory.mktemp("proxy") / "nginx", port)
    environment = stack.environment | PRODUCTION | {"PORTAL_URL": proxy.url}
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--blocking-threads", "4"]
    with (proxy.folder / "web.log").open("wb") as log:
        web = subprocess.Popen(
            [*command, "--no-ws", "district_portal.wsgi:application"], cwd=ROOT, env=environment, stderr=log, stdout=log
        )
    proxy.start()
    try:
        deadline = time.monotonic() + 30
        while get(proxy, "/readyz")[0] != 200:
            assert time.monotonic() < deadline, (proxy.folder / "web.log").read_text()
            time.sleep(0.1)
        yield proxy
    finally:
        proxy.stop()
        web.terminate()
        web.wait(timeout=40)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


def get(proxy: Proxy, path: str, data: bytes | None = None, **headers: str) -> tuple[int, HTTPMessage, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(proxy.url + path, data, named)
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=proxy.trust), _NoRedirect)
    try:
        with opener.open(request, timeout=30) as response:
            return response.status, response.headers, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


def cached(proxy: Proxy, path: str, **headers: str) -> str:
    """How the cache took a request: MISS, HIT, STALE, EXPIRED, BYPASS."""
    return get(proxy, path, **headers)[1]["X-Cache"]


def cookies_of(headers: HTTPMessage) -> dict[str, str]:
    return dict(re.match(r"([^=]+)=([^;]*)", value).groups() for value in headers.get_all("Set-Cookie", []))


def sign_in(proxy: Proxy) -> str:
    """The Cookie header of somebody who has signed in."""
    _status, headers, page = get(proxy, "/en/accounts/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    cookies = cookies_of(headers)
    jar = "; ".join(f"{name}={value}" for name, value in cookies.items())
    form = f"csrfmiddlewaretoken={token}&login=novamed@demo.example&password={PASSWORD}".encode()
    status, headers, page = get(
        proxy, "/en/accounts/login/", form, Cookie=jar, Referer=proxy.url + "/en/accounts/login/"
    )
    assert status == 302, page[:500]
    cookies |= cookies_of(headers)
    assert "__Host-session" in cookies
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def test_an_anonymous_page_comes_from_the_cache_within_the_second(proxy: Proxy) -> None:
    assert cached(proxy, "/en/projects/?q=once") == "MISS"
    began = time.monotonic()
    answers = [cached(proxy, "/en/projects/?q=once") for _ in range(5)]
    assert time.monotonic() - began > 1 or answers == ["HIT"] * 5
    # Shown once more, and fetched anew behind it.
    assert eventually(lambda: cached(proxy, "/en/projects/?q=once") == "STALE", 30, pause=1.5)
    assert eventually(lambda: cached(proxy, "/en/projects/?q=once") == "HIT", 10, pause=0.1)


def test_a_part_for_htmx_and_a_page_are_kept_apart(proxy: Proxy) -> None:
    path = "/en/calls/?q=parts"
    _status, headers, whole = get(proxy, path)
    assert headers["X-Cache"] == "MISS"
    _status, headers, part = get(proxy, path, HX_Request="true", HX_Target="results")
    assert headers["X-Cache"] == "MISS" and len(part) < len(whole)
    restored = get(proxy, path, HX_Request="true", HX_History_Restore_Request="true")[2]
    assert "<html" in restored and "<html" not in part


def test_an_address_without_language_redirects_each_as_they_read(proxy: Proxy) -> None:
    def led_to(**headers: str) -> str:
        return get(proxy, "/privacy/", **headers)[1]["Location"]

    for _again in range(2):
        assert led_to(Accept_Language="en") == "/en/privacy/"
        assert led_to(Accept_Language="it") == "/it/privacy/"
        assert led_to(Accept_Language="en", Cookie="django_language=it") == "/it/privacy/"


def test_the_chosen_language_alone_does_not_keep_a_visitor_from_the_cache(proxy: Proxy) -> None:
    path, cookie = "/en/projects/?q=language", "django_language=en"
    assert cached(proxy, path, Cookie=cookie) == "MISS"
    assert cached(proxy, path, Cookie=cookie) in ("HIT", "STALE")


def test_a_signed_in_person_never_sees_the_cache_nor_fills_it(proxy: Proxy) -> None:
    jar = sign_in(proxy)
    path = "/en/projects/?q=signed-in"
    for _again in range(2):
        status, headers, page = get(proxy, path, Cookie=jar)
        assert (status, headers["X-Cache"]) == (200, "BYPASS")
        assert "no-store" in headers["Cache-Control"]
    assert "/accounts/logout/" in page
    _status, headers, page = get(proxy, path)
    assert headers["X-Cache"] == "MISS" and "/accounts/logout/" not in page
    assert cached(proxy, path, Cookie=jar) == "BYPASS"


def test_the_portals_own_headers_hold_even_without_the_proxys_rules(proxy: Proxy) -> None:
    """Vary and Cache-Control keep the anonymous page from a signed-in person, and hers from everybody."""
    rules = [
        "proxy_cache_bypass $has_cookie $is_personal;",
        "proxy_no_cache $has_cookie $is_personal $upstream_http_set_cookie;",
    ]
    careless = Proxy(proxy.folder / "careless", proxy.upstream_port, without=rules)
    careless.start()
    try:
        jar, path = sign_in(proxy), "/en/projects/?q=careless"
        assert [cached(careless, path, Cookie=cookie) for cookie in (jar, "", jar, jar)] == ["MISS"] * 4
        form = [cached(careless, "/en/accounts/signup/") for _again in range(2)]
        assert form == ["MISS", "MISS"]
    finally:
        careless.stop()


@pytest.mark.parametrize("path", ["/en/accounts/login/", "/en/accounts/signup/"])
def test_a_page_with_a_form_and_its_cookie_are_never_kept(proxy: Proxy, path: str) -> None:
    tokens = set()
    for _again in range(3):
        _status, headers, page = get(proxy, path)
        assert headers["X-Cache"] in ("MISS", "BYPASS", "EXPIRED")
        assert "__Host-csrf" in cookies_of(headers) and "no-store" in headers["Cache-Control"]
        tokens.add(re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1])
    assert len(tokens) == 3


def test_an_events_registration_form_is_never_kept(proxy: Proxy) -> None:
    event = re.search(r'href="(/en/events/[a-z0-9-]+/)"', get(proxy, "/en/events/")[2])[1]
    for _again in range(3):
        _status, headers, page = get(proxy, f"{event}register/")
        assert headers["X-Cache"] == "MISS" and "__Host-csrf" in cookies_of(headers)
        cookie = f"__Host-csrf={cookies_of(headers)['__Host-csrf']}"
        # Who has the form's cookie gets no new one, and still a page of their own.
        assert cached(proxy, f"{event}register/", Cookie=cookie) == "BYPASS"


def test_a_ticket_is_never_kept(proxy: Proxy) -> None:
    assert [cached(proxy, "/en/tickets/no-such-ticket.ics") for _again in range(2)] == ["BYPASS", "BYPASS"]


def test_static_files_are_kept_and_may_be_kept_for_ever(proxy: Proxy) -> None:
    path = re.search(r'href="(/static/[^"]+\.css)"', get(proxy, "/en/privacy/")[2])[1]
    get(proxy, path)
    status, headers, _text = get(proxy, path)
    assert (status, headers["X-Cache"]) == (200, "HIT") and "immutable" in headers["Cache-Control"]


def test_plain_http_leads_to_https_and_cookies_are_bound_to_it(proxy: Proxy) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        opener = urllib.request.build_opener(_NoRedirect)
        opener.open(f"http://127.0.0.1:{proxy.plain_port}/it/calls/")
    with caught.value as answer:
        assert (answer.code, answer.headers["Location"]) == (301, "https://127.0.0.1/it/calls/")
    headers = get(proxy, "/en/accounts/login/")[1]
    assert "max-age=31536000" in headers["Strict-Transport-Security"]
    assert "Secure" in headers["Set-Cookie"] and "HttpOnly" in headers["Set-Cookie"]


def test_an_upload_beyond_the_limit_is_refused_by_the_proxy(proxy: Proxy) -> None:
    assert get(proxy, "/en/calls/", b"x" * (26 * 1024 * 1024))[0] == 413


def test_slow_clients_do_not_hold_up_the_others(proxy: Proxy) -> None:
    slow = []
    for _number in range(60):
        connection = proxy.trust.wrap_socket(
            socket.create_connection(("127.0.0.1", proxy.port)), server_hostname="127.0.0.1"
        )
        connection.sendall(b"POST /en/calls/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nslow")
        slow.append(connection)
    began = time.monotonic()
    for number in range(5):
        assert get(proxy, f"/en/projects/?q=meanwhile-{number}")[0] == 200
    assert time.monotonic() - began < 3
    for connection in slow:
        connection.close()


def test_both_logs_name_the_request_alike_and_hold_no_token(proxy: Proxy) -> None:
    headers = get(proxy, "/en/tickets/the-secret-of-a-guest/?email=giulia@novamed.example")[1]
    number = headers["X-Request-ID"]
    time.sleep(0.2)
    lines = [json.loads(line) for line in proxy.log.read_text().splitlines() if number in line]
    assert [line["path"] for line in lines] == ["/en/tickets/***/"]
    web = (proxy.folder / "web.log").read_text()
    lines = [json.loads(line) for line in web.splitlines() if number in line]
    assert [(line["route"], line["status"]) for line in lines] == [("tickets:detail", 404)]
    for text in (proxy.log.read_text(), web):
        assert "the-secret-of-a-guest" not in text and "giulia@novamed" not in text and "novamed@demo" not in text
