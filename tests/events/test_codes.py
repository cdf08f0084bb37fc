"""Codes can be read aloud and typed, and a slip is noticed."""

import pytest

from events.codes import ALPHABET, SAMPLE, new_code, read_code, token_of_address

TOKEN = "aB3_-" * 8 + "xyz"


@pytest.fixture
def code():
    return new_code()


def characters(code):
    return code.replace("-", "")


def test_a_code_has_three_groups_without_0_o_1_and_i(code):
    assert [len(group) for group in code.split("-")] == [4, 4, 2]
    assert set(characters(code)) <= set(ALPHABET)
    assert not set("0O1I") & set(ALPHABET) and len(ALPHABET) == len(set(ALPHABET)) == 32


def test_case_spaces_and_dashes_do_not_matter(code):
    plain = characters(code)
    spellings = [
        code,
        plain,
        plain.lower(),
        f" {code} ",
        " ".join(plain),
        code.replace("-", "–"),
        code.replace("-", "\t"),
    ]
    assert {read_code(spelling) for spelling in spellings} == {code}


def test_every_single_wrong_character_is_noticed(code):
    plain = characters(code)
    wrong = [plain[:at] + other + plain[at + 1 :] for at in range(10) for other in ALPHABET if other != plain[at]]
    assert len(wrong) == 310
    assert [read_code(slip) for slip in wrong] == [None] * 310


def test_every_exchange_of_two_characters_is_noticed():
    for plain in (characters(new_code()) for _ in range(100)):
        for a in range(10):
            for b in range(a + 1, 10):
                swapped = list(plain)
                swapped[a], swapped[b] = swapped[b], swapped[a]
                assert plain[a] == plain[b] or read_code("".join(swapped)) is None


@pytest.mark.parametrize(
    "typed", ["", "9F3K", "9F3K-2QXM-7", "9F3K-2QXM-744", "0O1I-0O1I-0O", "hello", "9F3K-2QXM-7ß", "\0"]
)
def test_what_is_no_code_is_none(typed):
    assert read_code(typed) is None


def test_the_sample_on_the_event_page_can_be_nobodys_ticket():
    assert read_code(SAMPLE) is None


@pytest.mark.parametrize("end", ["", "/", ".ics", "/cancel/", "?from=mail", "#code"])
def test_the_address_in_a_qr_code_leads_to_its_token(end):
    assert token_of_address(f"https://portal.example/it/tickets/{TOKEN}{end}") == TOKEN


def test_other_addresses_have_no_token():
    for address in ["https://portal.example/it/events/day/", f"/tickets/{TOKEN}x/", "/tickets/short/", TOKEN]:
        assert token_of_address(address) is None
