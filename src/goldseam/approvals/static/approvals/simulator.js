// The charts: figures come from the server as numbers, words from the page, colours from the theme.
const place = document.getElementById("sim-charts");
const charts = [];

function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return { ink: read("--ink"), quiet: read("--ink-2"), line: read("--line"), gold: read("--gold"), soft: read("--line-strong"), surface: read("--surface"), font: read("--sans") };
}

function money(value, currency) {
  return new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency, maximumFractionDigits: value % 1 ? 2 : 0 }).format(value);
}

const percent = (value) => `${Math.round(value * 100)}%`;

function shared(paint) {
  return {
    animation: false,
    textStyle: { fontFamily: paint.font, color: paint.ink },
    grid: { left: 8, right: 16, top: 40, bottom: 34, containLabel: true },
    legend: { top: 4, left: 0, textStyle: { color: paint.ink }, itemWidth: 18, itemHeight: 10 },
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, backgroundColor: paint.surface, borderColor: paint.soft, textStyle: { color: paint.ink } },
  };
}

function axis(paint, more) {
  return {
    axisLine: { lineStyle: { color: paint.soft } },
    axisLabel: { color: paint.quiet },
    nameTextStyle: { color: paint.quiet },
    splitLine: { lineStyle: { color: paint.line } },
    ...more,
  };
}

function curve(figures, paint, words) {
  const points = figures.curve.flatMap((step) => (step.low === step.high ? [[step.low, step]] : [[step.low, step], [step.high, step]]));
  return {
    ...shared(paint),
    tooltip: { ...shared(paint).tooltip, formatter: (found) => {
      const step = points[found[0].dataIndex][1];
      const span = step.low === step.high ? money(step.low, figures.currency) : `${money(step.low, figures.currency)} – ${money(step.high, figures.currency)}`;
      return `${span}\n${words.wordShare}: ${percent(step.share)} (${percent(step.from)}–${percent(step.to)})\n${step.count} ${words.wordRequests}`;
    } },
    xAxis: axis(paint, { type: "value", name: words.wordAmount, nameLocation: "middle", nameGap: 26, splitLine: { show: false } }),
    yAxis: axis(paint, { type: "value", min: 0, max: 1, axisLabel: { color: paint.quiet, formatter: percent } }),
    series: [
      { name: "floor", type: "line", stack: "range", data: points.map(([at, step]) => [at, step.from]), lineStyle: { opacity: 0 }, symbol: "none", silent: true },
      { name: words.wordRange, type: "line", stack: "range", data: points.map(([at, step]) => [at, step.to - step.from]), lineStyle: { opacity: 0 }, itemStyle: { color: paint.gold }, areaStyle: { color: paint.gold, opacity: 0.22 }, symbol: "none", silent: true },
      { name: words.wordShare, type: "line", data: points.map(([at, step]) => [at, step.share]), itemStyle: { color: paint.ink }, lineStyle: { color: paint.ink, width: 2 }, symbolSize: 5 },
    ],
    legend: { ...shared(paint).legend, data: [words.wordShare, words.wordRange] },
  };
}

function limits(figures, paint, words, chosen) {
  const names = figures.limits.map((seen) => String(seen.limit));
  const mark = names.indexOf(String(chosen));
  return {
    ...shared(paint),
    tooltip: { ...shared(paint).tooltip, formatter: (found) => {
      const seen = figures.limits[found[0].dataIndex];
      return `${words.wordLimit} ${money(seen.limit, figures.currency)}\n${words.wordOnce}: ${percent(seen.share)}\n${words.wordRisk}: ${money(seen.risk, figures.currency)}`;
    } },
    xAxis: axis(paint, { type: "category", data: names, name: words.wordLimit, nameLocation: "middle", nameGap: 26 }),
    yAxis: [
      axis(paint, { type: "value", min: 0, max: 1, axisLabel: { color: paint.quiet, formatter: percent } }),
      axis(paint, { type: "value", splitLine: { show: false }, axisLabel: { color: paint.quiet, formatter: (value) => money(value, figures.currency) } }),
    ],
    series: [
      { name: words.wordRisk, type: "bar", yAxisIndex: 1, data: figures.limits.map((seen) => seen.risk), itemStyle: { color: paint.soft, opacity: 0.55 } },
      { name: words.wordOnce, type: "line", data: figures.limits.map((seen) => seen.share), itemStyle: { color: paint.gold }, lineStyle: { color: paint.gold, width: 3 }, symbolSize: 7,
        markLine: mark < 0 ? undefined : { symbol: "none", silent: true, lineStyle: { color: paint.ink, type: "dashed" }, label: { color: paint.ink, formatter: money(chosen, figures.currency) }, data: [{ xAxis: mark }] } },
    ],
  };
}

function draw(figures) {
  const paint = colours();
  const words = place.dataset;
  const chosen = Number(words.limit);
  const options = { "chart-curve": curve(figures, paint, words), "chart-limits": limits(figures, paint, words, chosen) };
  for (const [id, option] of Object.entries(options)) {
    const element = document.getElementById(id);
    const chart = window.echarts.getInstanceByDom(element) ?? window.echarts.init(element);
    chart.setOption(option, true);
    if (!charts.includes(chart)) charts.push(chart);
  }
  place.dataset.drawn = "yes";
}

if (place && window.echarts) {
  const answer = await fetch(place.dataset.source, { headers: { Accept: "application/json" } });
  if (answer.ok) {
    const figures = await answer.json();
    draw(figures);
    new ResizeObserver(() => charts.forEach((chart) => chart.resize())).observe(place);
    new MutationObserver(() => draw(figures)).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
  }
}
