"""Every route has a file of goldens, and every file a route."""

from tests.api_home import api_home
from tests.spec.cases import cases_of, files, request_of

from tidings.runtime.database import Database
from tidings.web.api.routes import Found


async def test_every_route_has_goldens(db: Database) -> None:
    async with api_home(db) as home:
        routes = home.door.routes
        covered: dict[tuple[str, str], str] = {}
        for file in files():
            for case in cases_of(file.stem):
                method, path = request_of(case.data["send"])
                found = routes.find(method, path.partition("?")[0])
                assert isinstance(found, Found), f"{file.name} asks {method} {path}, which no route answers"
                key = (found.route.method, found.route.pattern)
                assert covered.setdefault(key, file.stem) == file.stem, (
                    f"{key} is in {covered[key]} and {file.stem}"
                )
    without = [
        (route.method, route.pattern) for route in routes.all if (route.method, route.pattern) not in covered
    ]
    assert not without, f"write tests/spec/<resource>.<verb>.yaml for {without}"
