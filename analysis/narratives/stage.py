"""The doors of this room: `assign` every day, `refit` every week. Both can be killed
anywhere and run again.
"""

from __future__ import annotations

from analysis.embedding.choose import build_of, settings_of
from analysis.embedding.means import refreeze_means
from analysis.narratives.assign import assign_new
from analysis.narratives.daily import daily_groups
from analysis.narratives.events import update_events
from analysis.narratives.kinds import judge_new, judge_told
from analysis.narratives.run_view import carry_out, open_view
from analysis.narratives.themes import update_themes
from config.clock import Clock, day_of
from config.progress import Progress
from config.workspace import Workspace
from storage.store import Store


def assign(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Join new passages to known narratives, and tell the events and the groups of the last days.

    Returns:
        passages by how they were placed (`nearest`, `same_text`, `waiting`), narratives `revived` and `born`,
        `events`, `groups` of the last days, and `claims`: those of the narratives judged for the first time
        that are one.
    """
    view = open_view(store=store, workspace=workspace, clock=clock, run_id=run_id)
    if view is None:
        return {}
    counts = {**assign_new(view, progress), "events": update_events(view)}
    carry_out(view.after_merges())
    groups = daily_groups(view, workspace.settings.spikes)
    store.daily_groups.replace(day_of(view.now), groups)
    claims = judge_new(view.after_merges())["claim"]
    return {**counts, "groups": len(groups), "claims": claims}


def refit(
    *, store: Store, workspace: Workspace, clock: Clock, run_id: str, progress: Progress
) -> dict[str, int]:
    """Renew the language means if due, cluster the trailing window with BERTopic and bring the registry of
    narratives up to date.

    Returns:
        `clusters` and `forms` found, narratives `born`, `split`, `merged` and `dormant`, passages `joined`,
        `themes`, and `claims`: those of the narratives told in the window that are one.
    """
    from analysis.narratives.refit import refit_window

    build = build_of(settings_of(workspace))
    if store.vectors.any(build):
        refreeze_means(store, build, clock.now())
    view = open_view(store=store, workspace=workspace, clock=clock, run_id=run_id)
    if view is None:
        return {}
    counts = {**refit_window(view, progress), "themes": update_themes(view)}
    carry_out(view.after_merges())
    return {**counts, "claims": judge_told(view.after_merges())["claim"]}
