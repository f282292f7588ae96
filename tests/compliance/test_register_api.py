"""The register over the API: who has opted out of what, by whose deed, and lists that come and go."""

from typing import Any

import pytest
from tests.compliance.conftest import ANNA, BERT, SHOP, Shop
from tests.messages.stored import store_message

from tidings.kernel.sid import Sid

PATH = "/tidings/v1/opt-outs"


def people(opt_outs: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(one["recipient"], one["scope"], one["state"]) for one in opt_outs]


async def added(shop: Shop, recipient: str, scope: str, reason: str = "asked by phone") -> Any:
    body = {"recipient": recipient, "scope": scope, "reason": reason}
    return await shop.ask("POST", PATH, json=body)


async def test_what_people_said_is_listed_by_person_and_scope(shop: Shop) -> None:
    await shop.hear("STOP", person=BERT)
    await shop.hear("STOP", in_service=True)
    listed = await shop.opt_outs()
    assert people(listed) == [(ANNA, shop.service, "opted_out"), (BERT, SHOP, "opted_out")]
    assert listed[1]["source"] == "keyword"
    assert listed[1]["keyword"] == "STOP"
    assert listed[1]["message_sid"].startswith("SM")


async def test_the_list_can_be_narrowed_and_paged(shop: Shop) -> None:
    for number in range(5):
        await added(shop, f"+1415555260{number}", SHOP)
    await added(shop, ANNA, shop.service)
    assert people(await shop.opt_outs(f"?scope={shop.service}")) == [(ANNA, shop.service, "opted_out")]
    assert len(await shop.opt_outs("?recipient=%2B14155552603")) == 1
    assert await shop.opt_outs("?state=review") == []
    seen, following = [], f"{PATH}?limit=2"
    while following:
        page = (await shop.ask("GET", following)).body
        seen += [one["recipient"] for one in page["opt_outs"]]
        following = page["next"]
    assert seen == [f"+1415555260{number}" for number in range(5)] + [ANNA]


async def test_an_opt_out_is_added_and_lifted_by_hand_with_a_reason(shop: Shop) -> None:
    assert (await added(shop, ANNA, SHOP)).body == {"changed": True}
    assert (await added(shop, ANNA, SHOP)).body == {"changed": False}
    lifted = await shop.ask("DELETE", f"{PATH}/%2B14155552671/%2B14155550100?reason=her+mistake")
    assert lifted.status == 204
    again = await shop.ask("DELETE", f"{PATH}/%2B14155552671/%2B14155550100?reason=her+mistake")
    assert (again.status, again.body["code"]) == (404, 20404)
    history = (await shop.ask("GET", f"{PATH}/history?recipient=%2B14155552671")).body
    assert [(line["change"], line["source"], line["reason"]) for line in history["history"]] == [
        ("opted_in", "api", "her mistake"),
        ("opted_out", "api", "asked by phone"),
    ]
    assert history["history"][0]["changed_by"] == shop.opened.sid


async def test_the_history_of_a_person_goes_back_page_by_page(shop: Shop) -> None:
    for text in ("STOP", "START", "STOP"):
        await shop.hear(text)
    first = (await shop.ask("GET", f"{PATH}/history?recipient=%2B14155552671&limit=2")).body
    second = (await shop.ask("GET", first["next"])).body
    changes = [line["change"] for line in first["history"] + second["history"]]
    assert changes == ["opted_out", "opted_in", "opted_out"]
    assert second["next"] is None


async def test_what_waits_in_the_queue_is_withdrawn_when_a_person_is_opted_out_by_hand(shop: Shop) -> None:
    form = {"From": SHOP, "To": ANNA, "Body": "Sale!"}
    path = f"/2010-04-01/Accounts/{shop.opened.sid}/Messages"
    sid = (await shop.ask("POST", f"{path}.json", form=form)).body["sid"]
    await added(shop, ANNA, SHOP)
    message = (await shop.ask("GET", f"{path}/{sid}.json")).body
    assert (message["status"], message["error_code"]) == ("failed", 21610)
    refused = await shop.ask("POST", f"{path}.json", form=form)
    assert (refused.status, refused.body["code"]) == (400, 21610)


@pytest.mark.parametrize(
    "body",
    [
        {"recipient": "Anna", "scope": SHOP, "reason": "r"},
        {"recipient": "4155552671", "scope": SHOP, "reason": "r"},
        {"recipient": ANNA, "scope": "nonsense!", "reason": "r"},
        {"recipient": ANNA, "scope": "+14155559999", "reason": "r"},
        {"recipient": ANNA, "scope": "MG" + "0" * 32, "reason": "r"},
        {"recipient": ANNA, "scope": SHOP, "reason": ""},
        {"recipient": ANNA, "scope": SHOP},
        {"recipient": ANNA, "scope": SHOP, "reason": "r", "colour": "red"},
    ],
)
async def test_what_cannot_be_an_opt_out_changes_nothing(shop: Shop, body: dict[str, str]) -> None:
    reply = await shop.ask("POST", PATH, json=body)
    assert (reply.status, reply.body["code"]) == (400, 20422), reply.text
    assert await shop.opt_outs() == []


@pytest.mark.parametrize(
    "query",
    [
        "?state=unknown",
        "?limit=0",
        "?limit=1001",
        "?after=x",
        "?after=1,2",
        "?state=review&after=x,y,z",
        "?scope=!",
    ],
)
async def test_questions_that_make_no_sense_are_refused(shop: Shop, query: str) -> None:
    reply = await shop.ask("GET", PATH + query)
    assert (reply.status, reply.body["code"]) == (400, 20422), reply.text


async def test_accounts_do_not_see_one_anothers_people(shop: Shop) -> None:
    await added(shop, ANNA, SHOP)
    stranger = await shop.home.open_account("Stranger")
    asked = [
        ("GET", PATH, None, 200),
        ("GET", f"{PATH}/history?recipient=%2B14155552671", None, 200),
        ("POST", PATH, {"recipient": BERT, "scope": SHOP, "reason": "r"}, 400),
        ("DELETE", f"{PATH}/%2B14155552671/%2B14155550100?reason=r", None, 404),
        (
            "POST",
            f"{PATH}/%2B14155552671/%2B14155550100/decision",
            {"decision": "keep", "reason": "r"},
            404,
        ),
    ]
    for method, path, json, status in asked:
        reply = await shop.home.ask(method, path, as_=stranger, json=json)
        assert reply.status == status, (path, reply.text)
        if status == 200:
            assert not reply.body.get("opt_outs")
            assert not reply.body.get("history")
    exported = await shop.home.ask("GET", f"{PATH}/export", as_=stranger)
    assert exported.text == "recipient,scope,state,since,source,keyword\n"
    assert people(await shop.opt_outs()) == [(ANNA, SHOP, "opted_out")]


async def taken_in(shop: Shop, text: str, query: str = "?reason=moved+here") -> Any:
    return await shop.ask(
        "POST", f"{PATH}/import{query}", body=text.encode(), headers={"Content-Type": "text/csv"}
    )


async def test_a_sheet_is_taken_in_with_its_times_and_counted_once(shop: Shop) -> None:
    sheet = (
        "Scope,Recipient,Since,Note\n"
        f"{SHOP},{ANNA},2024-02-29T08:00:00Z,first\n"
        f"{shop.service},{BERT},,\n"
        f"{SHOP},{ANNA},2025-01-01T00:00:00Z,again\n"
        "\n"
    )
    reply = await taken_in(shop, sheet)
    assert reply.body == {"rows": 2, "changed": 2}, reply.text
    listed = await shop.opt_outs()
    assert people(listed) == [(ANNA, SHOP, "opted_out"), (BERT, shop.service, "opted_out")]
    assert (listed[0]["since"], listed[0]["source"]) == ("2024-02-29T08:00:00Z", "import")
    assert (await taken_in(shop, sheet)).body == {"rows": 2, "changed": 0}


async def test_a_plain_list_of_numbers_is_taken_in_for_one_scope(shop: Shop) -> None:
    reply = await taken_in(shop, f"\ufeffrecipient\r\n{ANNA}\r\n", f"?reason=r&scope={shop.service}")
    assert reply.body == {"rows": 1, "changed": 1}, reply.text
    assert people(await shop.opt_outs()) == [(ANNA, shop.service, "opted_out")]


@pytest.mark.parametrize(
    ("sheet", "told"),
    [
        ("", "line 1: the header has no column recipient and no column scope"),
        ("recipient\n+14155552671\n", "no column scope"),
        (
            f"recipient,scope\n{ANNA},{SHOP}\n4155552671,{SHOP}\n",
            "line 3: '4155552671' is no number in E.164",
        ),
        (f"recipient,scope\n{ANNA},\n", "line 2: '' is neither a service's SID nor a sender's address"),
        (f"recipient,scope\n{ANNA},+14155559999\n", "line 2: +14155559999 is no service or sender"),
        (f"recipient,scope,state\n{ANNA},{SHOP},gone\n", "'gone' is no state"),
        (f"recipient,scope,since\n{ANNA},{SHOP},yesterday\n", "'yesterday' is no time"),
    ],
)
async def test_one_wrong_line_and_nothing_of_a_sheet_is_taken_in(shop: Shop, sheet: str, told: str) -> None:
    reply = await taken_in(shop, sheet)
    assert (reply.status, reply.body["code"]) == (400, 20422)
    assert told in reply.body["message"], reply.text
    assert await shop.opt_outs() == []


async def test_a_sheet_that_is_not_utf8_is_refused(shop: Shop) -> None:
    reply = await shop.ask("POST", f"{PATH}/import?reason=r", body=b"recipient,scope\n\xff\n")
    assert (reply.status, reply.body["message"]) == (400, "The sheet is not UTF-8.")


async def test_a_decision_needs_something_that_waits(shop: Shop) -> None:
    await added(shop, ANNA, SHOP)
    path = f"{PATH}/%2B14155552671/%2B14155550100/decision"
    reply = await shop.ask("POST", path, json={"decision": "keep", "reason": "r"})
    assert (reply.status, reply.body["code"]) == (404, 20404)
    assert people(await shop.opt_outs()) == [(ANNA, SHOP, "opted_out")]


async def test_what_waits_for_a_human_is_shown_with_what_was_said_and_decided(shop: Shop) -> None:
    account, at = shop.opened.account.id, shop.opened.account.created_at
    message = await store_message(shop.home.db, account, at=at, facts=["message.received"], body="Hmm, stop?")
    for recipient in (ANNA, BERT):
        await taken_in(shop, f"recipient,scope,state\n{recipient},{SHOP},review\n")
    async with shop.home.db.connection() as connection:
        await connection.execute("update opt_outs set message = $1 where recipient = $2", message, ANNA)
    waiting = await shop.opt_outs("?state=review&limit=1")
    assert people(waiting) == [(ANNA, SHOP, "review")]
    assert (waiting[0]["text"], waiting[0]["message_sid"]) == ("Hmm, stop?", str(Sid("SM", message)))
    assert people(await shop.opt_outs("?state=review")) == [(ANNA, SHOP, "review"), (BERT, SHOP, "review")]
    for recipient, decision in (("%2B14155552671", "opt_out"), ("%2B14155552672", "keep")):
        path = f"{PATH}/{recipient}/%2B14155550100/decision"
        reply = await shop.ask("POST", path, json={"decision": decision, "reason": "read it"})
        assert reply.body == {"changed": True}, reply.text
    assert people(await shop.opt_outs()) == [(ANNA, SHOP, "opted_out")]
    history = (await shop.ask("GET", f"{PATH}/history?recipient=%2B14155552672")).body["history"]
    assert [(line["change"], line["source"]) for line in history] == [
        ("cleared", "review"),
        ("review", "import"),
    ]


async def test_the_register_stands_in_the_openapi_document(shop: Shop) -> None:
    document = (await shop.ask("GET", "/tidings/v1/openapi.json")).body
    assert set(document["paths"][PATH]) == {"get", "post"}
    assert {"get", "put", "delete"} <= set(document["paths"]["/tidings/v1/services/{sid}/opt-out"])
    names = [one["name"] for one in document["paths"][PATH]["get"]["parameters"]]
    assert {"state", "scope", "recipient", "after", "limit"} == set(names)
