"""Links: judged ones from the data, printed ones from Table 3 and the chapters."""

from cixi_analysis.analysis import links
from cixi_analysis.analysis.links import units
from cixi_analysis.plan.schema import Commitment, Indicator, Project
from tests.tiny import link, project, tiny_plan


def test_every_link_has_a_reason() -> None:
    """The judged links come first, then what the plan prints by itself."""
    table = links.every_link(tiny_plan())
    assert (table["reason"] != "").all()
    told = [" ".join(row) for row in table[["from_kind", "from_id", "relation", "to_kind", "to_id"]].values.tolist()]
    assert told[:4] == [
        "commitment C001 same_quantity item 2.1",
        "commitment C005 carried_out_by project 1",
        "project 1 contributes item 2.2",
        "finding A002 concerns item 2.1",
    ]
    assert "project 2 responsible unit 各镇（街道、园区）" in told
    assert "project 1 belongs domain 生态安全" in told
    assert "commitment C003 belongs domain 生态制度" in told
    assert not any(line.startswith("commitment C004") for line in told)  # about all domains, linked to nothing


def test_links_are_found_from_both_ends() -> None:
    """What bears on an item, and what a project or commitment bears on."""
    plan = tiny_plan()
    assert [c.commitment_id for c, _ in links.linked(plan, plan.item("2.1"), Commitment)] == ["C001"]
    assert [p.number for p, _ in links.linked(plan, plan.item("2.2"), Project)] == [1]
    assert [c.commitment_id for c, _ in links.linked(plan, plan.project(1), Commitment)] == ["C005"]
    assert [i.item_id for i, _ in links.linked(plan, plan.project(1), Indicator)] == ["2.2"]
    assert [i.item_id for i, _ in links.linked(plan, plan.commitment("C001"), Indicator)] == ["2.1"]
    assert [p.number for p, _ in links.linked(plan, plan.commitment("C005"), Project)] == [1]


def test_a_project_and_a_commitment_are_not_mixed_up() -> None:
    """Ids of different kinds may look alike."""
    plan = tiny_plan(links=(link("finding A001", "concerns", "project 2"), link("project 2", "contributes", "item 3")))
    assert links.linked(plan, plan.project(2), Commitment) == ()
    assert [p.number for p, _ in links.linked(plan, plan.item("3"), Project)] == [2]


def test_units() -> None:
    """A unit's projects are printed; its items and commitments are those of its projects."""
    own = {unit.name: unit for unit in units(tiny_plan())}
    assert list(own) == ["市水利局", "各镇（街道、园区）", "市住建局", "市委宣传部"]
    water = own["市水利局"]
    assert [p.number for p in water.projects] == [1, 2]
    assert [p.number for p in water.sole] == [1]
    assert (water.money.budget, water.money.without_budget) == (8500, 0)
    assert [i.item_id for i in water.items] == ["2.2"]
    assert [c.commitment_id for c in water.commitments] == ["C005"]
    assert own["市委宣传部"].money.budget is None  # no budget is not a budget of 0


def test_a_unit_with_two_projects_on_one_item_names_it_once() -> None:
    """No repetition, in the plan's order."""
    plan = tiny_plan(
        projects=(project(1, "2022", 1), project(2, "2022", 1)),
        links=tuple(link(f"project {p}", "contributes", f"item {i}") for p, i in ((1, "3"), (2, "2.1"), (2, "3"))),
    )
    assert [i.item_id for i in units(plan)[0].items] == ["2.1", "3"]
