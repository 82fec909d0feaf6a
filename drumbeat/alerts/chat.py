"""Alerts to chat services and web hooks by Apprise, for those who set addresses in
DRUMBEAT_MAIL__APPRISE_URLS.
"""

from __future__ import annotations

from config.settings import MailSettings
from drumbeat.alerts.addresses import chat_name
from drumbeat.alerts.problems import Refused, Unfinished


def send(title: str, body: str, *, recipient: str, settings: MailSettings) -> None:
    """Hand one alert to the service that `recipient` names.

    Raises:
        Refused: no such address is set any more, or Apprise does not know its service.
        Unfinished: the service did not take it (Apprise does not say why).
    """
    import apprise

    urls = {chat_name(url.get_secret_value()): url.get_secret_value() for url in settings.apprise_urls}
    if recipient not in urls:
        raise Refused(
            f"{recipient}: no address of that name is left in DRUMBEAT_MAIL__APPRISE_URLS; set it again to "
            "send what comes later"
        )
    notifier = apprise.Apprise()
    if not notifier.add(urls[recipient]):
        raise Refused(f"{recipient}: Apprise does not know this kind of address; see its list of services")
    if not notifier.notify(title=title, body=body):
        raise Unfinished(f"{recipient}: the service did not take the message")
