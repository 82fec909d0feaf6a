"""STIX bundles: valid by the standard's own library, stable ids, accepted by OpenCTI's splitter."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import stix2

from config.clock import FixedClock
from drumbeat.corrections import rename
from drumbeat.exports.stix import NothingToShare, Object, bundle, name_of, named_id
from storage.store import Store

CLOCK = FixedClock(datetime(2026, 6, 1, tzinfo=UTC))


def of_type(found: Object, kind: str) -> list[Object]:
    """The objects of a type."""
    return [item for item in found["objects"] if item["type"] == kind]


def test_the_library_of_the_standard_takes_it(store: Store) -> None:
    """Every object parses, those of OpenCTI as custom ones, and nothing refers to what is not there."""
    found = bundle(store, [1, 2, 9])
    parsed = stix2.parse(json.dumps(found), allow_custom=True)
    assert len(parsed.objects) == len(found["objects"])
    there = {item["id"] for item in found["objects"]}
    for item in found["objects"]:
        refs = [value for key, value in item.items() if key.endswith("_ref")]
        assert {*refs, *item.get("where_sighted_refs", [])} <= there


def test_core_objects_are_valid_without_exception(store: Store) -> None:
    """What STIX itself defines passes its strict reader."""
    found = bundle(store, [1])
    for kind in ("identity", "location", "sighting"):
        assert of_type(found, kind)
        for item in of_type(found, kind):
            plain = {key: value for key, value in item.items() if key != "sighting_of_ref"}
            if kind == "sighting":
                plain["sighting_of_ref"] = "campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
            assert stix2.parse(json.dumps(plain), allow_custom=False)["id"] == item["id"]


def test_everything_that_was_told_is_there(store: Store) -> None:
    """Outlets, documents and countries as the evidence has them, each once."""
    found = bundle(store, [1])
    documents = of_type(found, "media-content")
    assert len({item["url"] for item in documents}) == len(documents) > 0
    quoted = [piece for item in documents for piece in item["x_drumbeat_evidence"]]
    assert len({piece["passage_id"] for piece in quoted}) == len(quoted)
    assert {item["name"] for item in of_type(found, "channel")} == {piece["source_id"] for piece in quoted}
    counted = sum(item["count"] for item in of_type(found, "sighting"))
    assert counted == len({piece["article_id"] for piece in quoted})
    assert of_type(found, "narrative")[0]["name"] == "DB-1"


def test_the_same_store_gives_the_same_bytes(store: Store) -> None:
    """No clock, no chance, whatever the order that was asked in."""
    assert json.dumps(bundle(store, [1, 2])) == json.dumps(bundle(store, [2, 1, 1]))


def test_a_new_label_changes_no_id(own_store: Store) -> None:
    """Labels are aliases: the new one stands first, every id stays."""
    before = bundle(own_store, [1])
    rename(own_store, 1, "Quite another label", CLOCK)
    after = bundle(own_store, [1])
    assert {item["id"] for item in before["objects"]} == {item["id"] for item in after["objects"]}
    assert of_type(after, "narrative")[0]["aliases"][0] == "Quite another label"


def test_a_merged_number_leads_to_its_survivor(own_store: Store) -> None:
    """Whoever imported the merged narrative finds a relation to the one that goes on; its id stays."""
    old = own_store.narratives.get(2)
    assert old is not None
    former = {item["id"] for item in of_type(bundle(own_store, [2]), "narrative")}
    own_store.narratives.save([replace(old, status="merged", merged_into=1)], (), ())
    found = bundle(own_store, [2])
    assert {item["name"] for item in of_type(found, "narrative")} == {"DB-1", "DB-2"}
    assert former <= {item["id"] for item in of_type(found, "narrative")}
    (leads,) = [
        item for item in of_type(found, "relationship") if item["relationship_type"] == "duplicate-of"
    ]
    assert (leads["source_ref"], leads["target_ref"]) == (
        named_id("narrative", name_of(2)),
        named_id("narrative", name_of(1)),
    )


def test_an_unknown_number_is_told(store: Store) -> None:
    """One clear line."""
    with pytest.raises(NothingToShare, match="narrative 4711: there is no such narrative"):
        bundle(store, [4711])


def test_opencti_takes_it(store: Store) -> None:
    """Its own client gives the same ids, and its splitter leaves nothing out.

    The client needs libmagic of the system, and many packages: where it is not there, this is skipped.
    """
    pycti = pytest.importorskip("pycti", reason="pycti (or libmagic, which it needs) is not installed")
    found = bundle(store, [1, 9])
    splitter = pycti.OpenCTIStix2Splitter()
    expected, incompatible, parts = splitter.split_bundle_with_expectations(json.dumps(found))
    assert (expected, len(parts), incompatible) == (len(found["objects"]), len(found["objects"]), [])
    assert pycti.Narrative.generate_id("DB-1") == named_id("narrative", "DB-1")
    assert pycti.Channel.generate_id("outlet-01") == named_id("channel", "outlet-01")
    for item in of_type(found, "relationship"):
        ends = (item["relationship_type"], item["source_ref"], item["target_ref"])
        assert pycti.StixCoreRelationship.generate_id(*ends) == item["id"]
