"""The carrier that the settings name, while no book of carriers is written down."""

from tidings.carriers.book import CarrierEntry
from tidings.carriers.smpp.carrier_url import IN_QUERY, mapping_of
from tidings.carriers.smpp.settings import SmppSettings, SmppSettingsError
from tidings.config import Config, ConfigFault, ConfigFaults


def carrier_of(config: Config) -> CarrierEntry:
    """The carrier of TIDINGS_CARRIER_URL, named as its receipts are kept.

    Raises ConfigFaults when that URL cannot be used, TLS files that cannot be read included.
    """
    assert config.carrier_url is not None, "the caller has asked"
    usual = {
        "binds": config.carrier_binds,
        "window": config.carrier_window,
        "response_timeout": config.carrier_timeout_seconds,
    }
    help = f"Its query may set {', '.join(IN_QUERY)}: docs/how-to/connect-a-carrier.md."
    try:
        given = mapping_of(config.carrier_url, usual=usual)
    except SmppSettingsError as error:
        faults = [ConfigFault("TIDINGS_CARRIER_URL", line, help) for line in str(error).splitlines()]
        raise ConfigFaults(faults) from error
    try:
        SmppSettings.parse(given).tls_context()
    except OSError as error:  # ssl.SSLError is one
        reason = f"its TLS files cannot be used: {error}"
        help = "tls_ca_file, tls_certificate_file and tls_key_file name readable PEM files."
        raise ConfigFaults([ConfigFault("TIDINGS_CARRIER_URL", reason, help)]) from error
    return CarrierEntry(f"{given['system_id']}@{given['host']}", "smpp", given)
