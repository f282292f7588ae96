import pytest

from tidings.web.api.request import Request, Response
from tidings.web.api.routes import Found, NoSuchPath, Route, Routes, WrongMethod


async def nothing(_request: Request) -> Response:
    return Response(200)


MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages"
ROUTES = Routes(
    Route(method, pattern, nothing)
    for method, pattern in [
        ("GET", MESSAGES + ".json"),
        ("POST", MESSAGES + ".json"),
        ("GET", MESSAGES + "/{Sid}.json"),
        ("GET", MESSAGES + "/{MessageSid}/Media.json"),
        ("GET", MESSAGES + "/{MessageSid}/Media/{Sid}.json"),
        ("GET", "/2010-04-01/Accounts/{AccountSid}.json"),
        ("GET", "/2010-04-01/Accounts.json"),
    ]
)


@pytest.mark.parametrize(
    ("path", "pattern", "params"),
    [
        ("/2010-04-01/Accounts.json", "/2010-04-01/Accounts.json", {}),
        ("/2010-04-01/Accounts/AC1.json", "/2010-04-01/Accounts/{AccountSid}.json", {"AccountSid": "AC1"}),
        ("/2010-04-01/Accounts/AC1/Messages.json", MESSAGES + ".json", {"AccountSid": "AC1"}),
        (
            "/2010-04-01/Accounts/AC1/Messages/SM1.json",
            MESSAGES + "/{Sid}.json",
            {"AccountSid": "AC1", "Sid": "SM1"},
        ),
        (
            "/2010-04-01/Accounts/AC1/Messages/SM1/Media.json",
            MESSAGES + "/{MessageSid}/Media.json",
            {"AccountSid": "AC1", "MessageSid": "SM1"},
        ),
    ],
)
def test_a_path_finds_its_route_and_what_stands_in_it(
    path: str, pattern: str, params: dict[str, str]
) -> None:
    found = ROUTES.find("GET", path)
    assert isinstance(found, Found)
    assert (found.route.pattern, found.params) == (pattern, params)


def test_a_path_that_comes_again_is_found_again_for_the_same_method_only() -> None:
    path = "/2010-04-01/Accounts/AC7/Messages.json"
    first = ROUTES.find("GET", path)
    assert ROUTES.find("GET", path) == first
    post = ROUTES.find("POST", path)
    assert isinstance(first, Found)
    assert isinstance(post, Found)
    assert (first.route.method, post.route.method) == ("GET", "POST")
    assert first.params == post.params == {"AccountSid": "AC7"}


def test_head_is_answered_by_what_answers_get() -> None:
    assert isinstance(ROUTES.find("HEAD", "/2010-04-01/Accounts.json"), Found)


def test_a_wrong_method_names_the_right_ones() -> None:
    assert ROUTES.find("DELETE", "/2010-04-01/Accounts/A/Messages.json") == WrongMethod(("GET", "POST"))


def test_a_path_without_its_suffix_is_known_to_lack_it() -> None:
    assert ROUTES.find("GET", "/2010-04-01/Accounts/AC1/Messages") == NoSuchPath(with_json=True)


@pytest.mark.parametrize(
    "path", ["", "/", "/x", "/2010-04-01/Accounts/.json", "/2010-04-01/Accounts/A/Messages.json/"]
)
def test_other_paths_are_not_found(path: str) -> None:
    assert ROUTES.find("GET", path) == NoSuchPath(with_json=False)


def test_two_routes_for_one_path_are_a_fault() -> None:
    with pytest.raises(ValueError, match="two routes"):
        Routes([Route("GET", "/a.json", nothing), Route("GET", "/a.json", nothing)])


def test_each_route_has_its_own_name_for_what_stands_in_a_place() -> None:
    routes = Routes(
        [
            Route("GET", "/v1/Services/{Sid}", nothing),
            Route("GET", "/v1/Services/Usecases", nothing),
            Route("GET", "/v1/Services/{ServiceSid}/PhoneNumbers/{Sid}", nothing),
        ]
    )
    for path, params in (
        ("/v1/Services/MG1", {"Sid": "MG1"}),
        ("/v1/Services/Usecases", {}),
        ("/v1/Services/MG1/PhoneNumbers/PN1", {"ServiceSid": "MG1", "Sid": "PN1"}),
    ):
        found = routes.find("GET", path)
        assert isinstance(found, Found)
        assert found.params == params
