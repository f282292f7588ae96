"""Settings are read once, all at once, and refused all at once."""

from base64 import b64encode
from pathlib import Path

import pytest

from tidings.config import Config, ConfigFaults, QueueProfile, variables


def test_an_empty_environment_gives_the_defaults() -> None:
    config = Config.load({"PATH": "/bin", "TIDINGS_PORT": ""})
    assert config == Config()
    assert (config.port, config.queue_profile, config.account_concurrency) == (0, QueueProfile.TWILIO, 500)


def test_values_are_read_as_their_type() -> None:
    config = Config.load(
        {
            "TIDINGS_HOME": "/srv/tidings",
            "TIDINGS_PORT": "8080",
            "TIDINGS_QUEUE_PROFILE": "guide",
            "TIDINGS_CALLBACKS_ALLOW_PRIVATE": "yes",
            "TIDINGS_LEASE_SECONDS": "2.5",
            "TIDINGS_PUBLIC_URL": "https://sms.example.org/",
        }
    )
    assert config.home == Path("/srv/tidings")
    assert config.port == 8080
    assert config.queue_limit_seconds == 14_400
    assert config.callbacks_allow_private is True
    assert config.lease_seconds == 2.5
    assert config.public_url == "https://sms.example.org"


def test_all_faults_are_told_at_once_with_their_help() -> None:
    with pytest.raises(ConfigFaults) as raised:
        Config.load(
            {
                "TIDINGS_PORT": "80a",
                "TIDINGS_QUEUE_PROFILE": "long",
                "TIDINGS_LEASE_SECONDS": "nan",
                "TIDINGS_PUBLIC_URL": "https://example.org/path",
            }
        )
    text = str(raised.value)
    assert {fault.variable for fault in raised.value.faults} == {
        "TIDINGS_PORT",
        "TIDINGS_QUEUE_PROFILE",
        "TIDINGS_LEASE_SECONDS",
        "TIDINGS_PUBLIC_URL",
    }
    assert "'80a' is not a whole number" in text
    assert "not one of twilio, guide" in text


def test_a_misspelt_setting_is_a_fault_with_a_suggestion() -> None:
    with pytest.raises(ConfigFaults, match="Did you mean TIDINGS_RETENTION_DAYS"):
        Config.load({"TIDINGS_RETENTON_DAYS": "30"})


def test_a_secret_is_never_shown() -> None:
    with pytest.raises(ConfigFaults) as raised:
        Config.load({"TIDINGS_DATABASE_URL": "mysql://root:hunter2@db/x"})
    assert "hunter2" not in str(raised.value)
    config = Config.load({"TIDINGS_DATABASE_URL": "postgresql://tidings:hunter2@db/x"})
    assert "hunter2" not in repr(config)


def test_a_key_and_a_key_file_together_are_a_fault() -> None:
    with pytest.raises(ConfigFaults, match="beside TIDINGS_SECRET_KEY_FILE"):
        Config.load({"TIDINGS_SECRET_KEY": b64encode(bytes(32)).decode(), "TIDINGS_SECRET_KEY_FILE": "/k"})


@pytest.mark.parametrize("key", ["hunter2", b64encode(b"short").decode(), "=" * 44])
def test_a_key_that_is_none_is_a_fault_and_not_shown(key: str) -> None:
    with pytest.raises(ConfigFaults, match="not 32 bytes in base64") as raised:
        Config.load({"TIDINGS_SECRET_KEY": key})
    assert key not in str(raised.value)


def test_a_child_process_reads_back_what_its_parent_had() -> None:
    config = Config.load(
        {"TIDINGS_HOME": "/h", "TIDINGS_CALLBACKS_ALLOW_PRIVATE": "true", "TIDINGS_LOG_FORMAT": "console"}
    )
    assert Config.load(config.environ()) == config


def test_every_setting_has_help_and_a_default_that_it_can_read() -> None:
    for variable in variables():
        assert variable.help.endswith("."), variable.name
        if variable.default:
            assert variable.parse(variable.default) == getattr(Config(), variable.field)
