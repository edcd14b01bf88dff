"""Channels over real sockets: mail, web hooks and a file, and servers that misbehave."""

import base64
import json
import os
import ssl
import time
from datetime import UTC, datetime

import pytest

from pipeline.alerts.channels import channel, channels
from pipeline.alerts.delivery import beat, deliver
from pipeline.alerts.digest import Alert, Digest, Links
from pipeline.alerts.mail import MailChannel
from pipeline.alerts.webhook import WebhookChannel, payload, style_of_host
from pipeline.errors import AlertError
from pipeline.settings import Settings
from tests.fetch.test_tls import self_signed

NOW = datetime(2026, 11, 28, 21, 30, tzinfo=UTC)
LINKS = Links("http://127.0.0.1:8080", "docs/operations.md")
BLOCKED = Alert(
    "source_state",
    "valley blocked",
    "warning",
    "valley is blocked",
    "12 of 12 pages were a wall (Cloudflare)",
    "valley",
    opened_at=NOW,
)


def digest(*opened, closed=()):
    return Digest(opened or (BLOCKED,), tuple(closed), NOW, LINKS)


def mail_to(server, scheme="smtp", login="", query="to=desk@news.example"):
    return channel(f"{scheme}://{login}127.0.0.1:{server.port}?{query}", None)


def test_a_mail_says_what_is_wrong_since_when_and_what_to_do(mail_server):
    mail_to(mail_server).send(digest())
    (mail,) = mail_server.mails
    assert mail["Subject"] == "Dateline: valley is blocked"
    assert mail["To"] == "desk@news.example"
    assert mail["From"] == "Dateline <desk@news.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    body = mail.get_content().replace("\r\n", "\n")
    assert "12 of 12 pages were a wall (Cloudflare)" in body
    assert (
        "since 2026-11-28 21:30 UTC · http://127.0.0.1:8080/plugin/dateline/dateline/source?key=valley"
        in body
    )
    assert "what to do: docs/operations.md#a-source-is-blocked" in body


def test_a_mail_goes_to_all_recipients_from_the_stated_sender(mail_server):
    mail_to(mail_server, query="to=a@news.example,b@news.example&from=d@news.example").send(
        digest()
    )
    assert "RCPT TO:<b@news.example>" in mail_server.commands
    assert any("MAIL FROM:<d@news.example>" in each for each in mail_server.commands)


def test_a_hostile_title_adds_no_header_and_no_recipient(mail_server):
    hostile = Alert(
        "quarantine",
        "x\r\nBcc: everybody@evil.example",
        "warning",
        "valley\r\nBcc: everybody@evil.example\r\n\r\n<script>alert(1)</script>\u202e\x1b[31m",
        "line\r\n.\r\nMAIL FROM:<evil@evil.example>",
        opened_at=NOW,
    )
    mail_to(mail_server).send(digest(hostile))
    (mail,) = mail_server.mails
    assert mail["Bcc"] is None
    assert "\n" not in mail["Subject"]
    assert not {"\u202e", "\x1b"} & set(mail["Subject"])
    assert [each for each in mail_server.commands if each.startswith("RCPT")] == [
        "RCPT TO:<desk@news.example>"
    ]
    assert mail.get_content_type() == "text/plain"


@pytest.fixture
def tls(tmp_path):
    certificate, key = self_signed("mail.example")
    pem = tmp_path / "mail.pem"
    pem.write_bytes(certificate + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


@pytest.fixture
def trusted(tls, tmp_path, monkeypatch):
    """TLS of a server on loopback whose certificate the client trusts."""
    certificate, key = self_signed("localhost")
    pem = tmp_path / "trusted.pem"
    pem.write_bytes(certificate + key)
    (tmp_path / "ca.pem").write_bytes(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_mail_with_a_login_is_sent_over_tls(make_mail_server, trusted, scheme):
    server = make_mail_server(trusted, from_start=scheme == "smtps")
    server.login = base64.b64encode(b"\0desk@x\0p@ss word").decode()
    address = f"{scheme}://desk%40x:p%40ss%20word@localhost:{server.port}?to=desk@news.example"
    channel(address, None).send(digest())
    assert len(server.raw) == server.tls_lines == 1


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_cannot_be_verified_ends_the_try(make_mail_server, tls, scheme):
    server = make_mail_server(tls, from_start=scheme == "smtps")
    with pytest.raises(AlertError, match=r"127\.0\.0\.1:\d+: TLS: .*(self.signed|mismatch)"):
        mail_to(server, scheme).send(digest())
    assert server.raw == []


def test_a_password_is_never_sent_without_tls(mail_server):
    mail_server.login = "x"
    with pytest.raises(AlertError, match="no STARTTLS, so the password is not sent"):
        mail_to(mail_server, login="desk:sesame@").send(digest())
    assert not any(each.startswith("AUTH") for each in mail_server.commands)


def test_a_wrong_login_is_named_without_the_password(make_mail_server, trusted):
    server = make_mail_server(trusted)
    server.login = "x"
    with pytest.raises(AlertError, match="refuses the login") as caught:
        channel(f"smtp://desk:sesame@localhost:{server.port}?to=a@b.example", None).send(digest())
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "said"),
    [("hang", "no answer"), ("refuse", "refuses all recipients"), ("close", "127.0.0.1")],
)
def test_mail_servers_that_misbehave_are_an_error(mail_server, fault, said):
    mail_server.fault = fault
    sender = MailChannel(
        "127.0.0.1", mail_server.port, "plain", "a@b.example", ("a@b.example",), seconds=0.3
    )
    with pytest.raises(AlertError, match=said):
        sender.send(digest())


def test_a_server_that_refuses_the_connection_is_an_error(make_mail_server):
    server = make_mail_server()
    server.close()
    with pytest.raises(AlertError, match="Connection refused"):
        mail_to(server).send(digest())


def hook(site, **options):
    return WebhookChannel(f"{site.url}/services/T0/secret-token", "slack", **options)


def test_a_hook_gets_slacks_json(site):
    site.page("/services/T0/secret-token", "ok")
    hook(site).send(digest())
    sent = json.loads(site.bodies[0])
    assert sent["text"].startswith("Dateline: valley is blocked\n\nNew (1):\n- valley is blocked\n")
    assert sent["mrkdwn"] is False
    assert site.asked[0][1]["content-type"] == "application/json"


def test_markup_of_hostile_titles_stays_text():
    hostile = Alert("task", "x", "severe", "<!channel> <https://evil|here> @all [a](https://evil)")
    slack = payload(digest(hostile), "slack")["text"]
    assert "<" not in slack
    assert "@all" not in slack
    teams = payload(digest(hostile), "teams")
    body = teams["attachments"][0]["content"]["body"]
    assert any(r"\[a\]\(https://evil\)" in block["text"] for block in body)
    assert teams["type"] == "message"
    assert {block["type"] for block in body} == {"TextBlock"}


def test_teams_is_known_by_its_hosts():
    assert style_of_host("x.webhook.office.com") == "teams"
    assert style_of_host("prod-1.westeurope.logic.azure.com") == "teams"
    assert style_of_host("webhook.office.com.evil.example") == "slack"


def test_a_hook_of_ones_own_gets_records(site):
    site.page("/in", "ok")
    channel(f"json+{site.url}/in", None).send(digest())
    (record,) = json.loads(site.bodies[0])["alerts"]
    assert (record["event"], record["source"], record["kind"]) == (
        "opened",
        "valley",
        "source_state",
    )


@pytest.mark.parametrize("status", [302, 400, 404, 429, 500, 503])
def test_an_answer_that_is_not_2xx_is_an_error_without_the_address(site, status):
    site.page("/services/T0/secret-token", "invalid_token", status, Location=f"{site.url}/other")
    with pytest.raises(
        AlertError, match=rf"127\.0\.0\.1: HTTP {status} \(invalid_token\)"
    ) as caught:
        hook(site).send(digest())
    assert "secret" not in str(caught.value)
    assert site.paths == ["/services/T0/secret-token"]


def test_a_hook_whose_certificate_cannot_be_verified_is_an_error(make_site, tls):
    with pytest.raises(AlertError, match="TLS: "):
        hook(make_site(tls)).send(digest())


def test_a_hook_that_hangs_is_an_error(site):
    site.raw("/services/T0/secret-token", lambda handler: time.sleep(1))
    with pytest.raises(AlertError, match="no answer in time"):
        hook(site, seconds=0.2).send(digest())


def test_a_file_gets_a_line_for_each_alert(tmp_path):
    target = channel("file:logs/alerts.jsonl", tmp_path)
    target.send(digest(BLOCKED, BLOCKED, closed=[BLOCKED]))
    target.send(digest())
    lines = (tmp_path / "logs" / "alerts.jsonl").read_text().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["opened", "opened", "closed", "opened"]
    assert not target.wakes


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_file_that_cannot_be_written_is_an_error(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(AlertError, match="cannot be written"):
        channel("file:alerts.jsonl", tmp_path).send(digest())


def test_a_folder_in_place_of_the_file_is_an_error(tmp_path):
    with pytest.raises(AlertError, match="cannot be written"):
        channel(f"file:{tmp_path}", tmp_path).send(digest())


def test_all_channels_are_told_whatever_one_does(site, make_mail_server, tmp_path):
    dripping, working = make_mail_server(), make_mail_server()
    dripping.fault = "drip"
    site.page("/services/T0/secret-token", "no", 500)
    targets = [mail_to(dripping), mail_to(working), hook(site), channel("file:a", tmp_path)]
    results = deliver(dict.fromkeys(targets, digest()), Settings(), 1.5)
    assert [results[each.name] for each in targets] == [
        "no answer within 1.5 s",
        None,
        "127.0.0.1: HTTP 500 (no)",
        None,
    ]
    assert len(working.raw) == 1


def test_10_000_alerts_are_one_message_that_names_the_first_and_counts_the_rest(
    site, mail_server, tmp_path
):
    site.page("/services/T0/secret-token", "ok")
    many = [
        Alert(
            "quarantine",
            f"link {n}",
            "warning",
            f"page {n} " + "x" * 5000,
            "y" * 5000,
            opened_at=NOW,
        )
        for n in range(10_000)
    ]
    targets = [mail_to(mail_server), hook(site), channel("file:a.jsonl", tmp_path)]
    results = deliver(dict.fromkeys(targets, digest(*many)), Settings())
    assert set(results.values()) == {None}
    (mail,) = mail_server.mails
    assert "and 9980 more: 9980 of kind quarantine" in mail.get_content()
    assert len(mail.get_content()) < 20_000
    assert len(site.bodies[0]) < 28_000
    assert len((tmp_path / "a.jsonl").read_text().splitlines()) == 10_000


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("smtp://mail.example", "needs \\?to="),
        ("smtp://mail.example?to=nobody", "needs \\?to="),
        ("smtp://mail.example?to=a@b.example%0d%0aBcc:c@d.example", "needs \\?to="),
        ("smtp://u:hunter2@mail.example:port?to=a@b", "host and a port"),
        ("gopher://hunter2", "no known scheme"),
        ("discord+https://hooks.example/hunter2", "no kind of web hook"),
        ("https://", "write smtp://host"),
        ("file:", "write a path"),
        ("hunter2", "write smtp://host"),
    ],
)
def test_an_address_that_cannot_be_used_is_named_by_its_place(monkeypatch, tmp_path, address, said):
    file = tmp_path / "addresses"
    file.write_text(f"# mine\n{address}\n")
    monkeypatch.setenv("DATELINE_ALERTS", "file:first.jsonl")
    monkeypatch.setenv("DATELINE_ALERTS_FILE", str(file))
    found, (problem,) = channels(Settings())
    assert [each.name for each in found] == [f"file {tmp_path}/home/first.jsonl"]
    with pytest.raises(type(problem), match=rf"address 2 of DATELINE_ALERTS .*{said}"):
        raise problem
    assert "hunter2" not in str(problem)


def test_several_addresses_stand_in_one_setting(monkeypatch):
    monkeypatch.setenv(
        "DATELINE_ALERTS",
        "smtp://mail.example?to=a@x.example,b@x.example,https://hooks.slack.com/services/T/B/sesame"
        "  teams+https://flow.example/x, file:/var/log/alerts.jsonl",
    )
    found, problems = channels(Settings())
    assert problems == []
    names = [each.name.split(" #")[0] for each in found]
    assert names == [
        "mail to a@x.example, b@x.example by mail.example:587",
        "webhook hooks.slack.com",
        "webhook flow.example",
        "file /var/log/alerts.jsonl",
    ]
    assert "sesame" not in repr(found) + repr(Settings())


def test_a_file_of_addresses_that_is_missing_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("DATELINE_ALERTS_FILE", str(tmp_path / "none"))
    found, (problem,) = channels(Settings())
    assert found == []
    assert "DATELINE_ALERTS_FILE" in str(problem)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_heartbeat_asks_its_address(site, monkeypatch, tmp_path, method):
    site.page("/ping/secret", "OK")
    (tmp_path / "beat").write_text(f"{site.url}/ping/secret\n")
    monkeypatch.setenv("DATELINE_HEARTBEAT_URL_FILE", str(tmp_path / "beat"))
    monkeypatch.setenv("DATELINE_HEARTBEAT_METHOD", method)
    assert beat(Settings())
    assert site.paths == ["/ping/secret"]
    assert len(site.bodies) == (method == "POST")


def test_a_heartbeat_that_fails_is_logged_without_its_address(site, monkeypatch, capsys):
    site.page("/ping/secret", "gone: /ping/secret", 500)
    monkeypatch.setenv("DATELINE_HEARTBEAT_URL", f"{site.url}/ping/secret")
    assert not beat(Settings())
    said = capsys.readouterr().out
    assert "HTTP 500" in said
    assert "secret" not in said


@pytest.mark.parametrize("address", ["ftp://x.example/secret", "file:///etc/passwd", "secret"])
def test_a_heartbeat_that_is_no_web_address_is_logged(monkeypatch, capsys, address):
    monkeypatch.setenv("DATELINE_HEARTBEAT_URL", address)
    assert not beat(Settings())
    said = capsys.readouterr().out
    assert "must begin with http" in said
    assert address not in said


def test_a_heartbeat_that_hangs_ends_in_time(site, monkeypatch):
    site.raw("/ping", lambda handler: time.sleep(1))
    monkeypatch.setenv("DATELINE_HEARTBEAT_URL", f"{site.url}/ping")
    assert not beat(Settings(), seconds=0.2)


def test_without_an_address_no_heart_beats():
    assert not beat(Settings())
