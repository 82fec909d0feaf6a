"""The invented countries have their names, as in a sample workspace; a conftest imports both fixtures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from config.settings import ReportSettings
from drumbeat.shown.names import use_names
from tests.report.sample import SAMPLE_NAMES


@pytest.fixture(scope="package", autouse=True)
def sample_names() -> Iterator[None]:
    """Names for the whole folder, taken back at its end."""
    use_names(SAMPLE_NAMES)
    yield
    use_names(ReportSettings())


@pytest.fixture(autouse=True)
def sample_names_again(sample_names: None) -> None:
    """Whatever a test before opened, its names are gone."""
    use_names(SAMPLE_NAMES)
