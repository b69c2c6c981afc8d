"""Draw a comparison: the difference of each arm to the baseline, one panel a metric."""

from typing import TYPE_CHECKING, Any

from skaug._core.extras import require
from skaug.model_selection._metrics import METRICS

if TYPE_CHECKING:
    from skaug.model_selection._comparison import SamplerComparison

__all__ = ["draw_differences"]

_INK, _GREY, _GRID = "#1f2937", "#6b7280", "#e5e7eb"
_COLOURS = {"gain": "#0f766e", "no evidence of gain": _GREY, "loss": "#c2410c"}
_MARKERS = {"gain": ">", "no evidence of gain": "o", "loss": "<"}


def draw_differences(comparison: "SamplerComparison", ax: Any = None) -> Any:
    """Draw all panels into a new figure, or in the place of `ax`, and return the figure."""
    metrics, arms = comparison.metrics, comparison.arms[1:]
    if ax is None:
        pyplot = require("matplotlib.pyplot", "plot", "SamplerComparison.plot")
        size = (1.6 + 2.0 * len(metrics), 1.9 + 0.36 * len(arms))
        figure = pyplot.figure(figsize=size, layout="constrained")
        figure.get_layout_engine().set(w_pad=0.1)  # keeps numbers of two panels apart
        panels = figure.subplots(1, len(metrics), sharey=True, squeeze=False)[0]
    else:
        figure = ax.figure
        ax.set_axis_off()
        grid = ax.get_subplotspec().subgridspec(1, len(metrics))
        panels = grid.subplots(sharey=True, squeeze=False)[0]
    for panel, metric in zip(panels, metrics, strict=True):
        _draw_panel(panel, comparison, metric)
    panels[0].set_yticks(range(len(arms)), arms)
    panels[0].set_ylim(len(arms) - 0.5, -0.5)
    if ax is None:
        _explain(figure, panels[0], comparison)
    return figure


def _draw_panel(panel: Any, comparison: "SamplerComparison", metric: str) -> None:
    """Draw one metric; better is always to the right."""
    panel.axvline(0, color=_INK, linewidth=1, zorder=1)
    rows = [row for row in comparison.rows if row.metric == metric and row.verdict != "baseline"]
    for height, row in enumerate(rows):
        colour = _COLOURS[row.verdict]
        panel.plot(
            [row.ci_low, row.ci_high],
            [height, height],
            color=colour,
            linewidth=2,
            solid_capstyle="round",
        )
        panel.plot(row.diff, height, _MARKERS[row.verdict], color=colour, markersize=7)
    better = "higher" if METRICS[metric].greater_is_better else "lower"
    panel.set_title(METRICS[metric].label, fontsize=10, color=_INK, pad=16)
    style = {"transform": panel.transAxes, "ha": "center", "fontsize": 8, "color": _GREY}
    panel.text(0.5, 1.02, f"{better} is better", **style)
    _tidy(panel)
    if not METRICS[metric].greater_is_better:
        panel.invert_xaxis()


def _tidy(panel: Any) -> None:
    """Leave of the axes only what is read: a light grid and signed numbers."""
    panel.grid(axis="x", color=_GRID, linewidth=0.8)
    panel.set_axisbelow(True)
    panel.tick_params(length=0, labelsize=9, labelcolor=_INK)
    panel.locator_params(axis="x", nbins=3)
    panel.xaxis.set_major_formatter(lambda value, _: f"{value:+.3g}" if abs(value) > 1e-12 else "0")
    panel.margins(x=0.1)
    panel.spines[:].set_visible(False)


def _explain(figure: Any, panel: Any, comparison: "SamplerComparison") -> None:
    """Say under the panels what line, bar and marker are."""
    level = f"{comparison.confidence * 100:.4g} %"
    figure.suptitle(
        f"Difference to {comparison.baseline}, with its {level} interval: right is better",
        fontsize=11,
        color=_INK,
    )
    found = {row.verdict for row in comparison.rows}
    handles = [
        panel.plot([], [], marker=_MARKERS[words], color=_COLOURS[words], linewidth=2, label=words)
        for words in _COLOURS
        if words in found
    ]
    figure.legend(
        handles=[handle for (handle,) in handles],
        loc="outside lower center",
        ncols=len(handles),
        frameon=False,
        fontsize=9,
        labelcolor=_INK,
    )
