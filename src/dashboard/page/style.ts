/** The page's style sheet, as it is sent. Light and dark; one column on a phone. */
export const style = `:root {
  color-scheme: light dark;
  --page: #f3f5f8; --card: #ffffff; --line: #dfe3ea; --text: #1b2330; --soft: #566072; --link: #1d4fb8; --track: #e6e9ef;
  --critical: #b42318; --critical-back: #fdeceb; --warning: #8a5300; --warning-back: #fff4df; --ok: #0b6b46; --ok-back: #e4f5ed;
  --unknown: #475467; --unknown-back: #edf0f4; --bar-ok: #2f6fed; --bar-warning: #dc8a00; --bar-critical: #d92d20; --bar-lost: #7a2e8e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #10141b; --card: #191f29; --line: #2c3542; --text: #e7ebf1; --soft: #a3aebd; --link: #8fb8ff; --track: #2a3340;
    --critical: #ff9c94; --critical-back: #43191a; --warning: #ffc766; --warning-back: #3a2a0d; --ok: #6fe0ad; --ok-back: #0f3325;
    --unknown: #c0c9d6; --unknown-back: #2a3340; --bar-ok: #5b94ff; --bar-warning: #f0a020; --bar-critical: #f2564a; --bar-lost: #c27bd6;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.45 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", sans-serif; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
h1, h2, h3, p, ul, dl, dd { margin: 0; padding: 0; }
ul { list-style: none; }
small { font-size: .85em; color: var(--soft); }
code { font: .92em ui-monospace, "Cascadia Mono", Menlo, monospace; overflow-wrap: anywhere; }
.vh, .skip:not(:focus) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.top, main, footer, .connection { max-width: 82rem; margin: 0 auto; padding: 0 1.25rem; }
.top { display: flex; flex-wrap: wrap; align-items: end; justify-content: space-between; gap: .75rem 1.5rem; padding-top: 1.1rem; padding-bottom: .9rem; }
h1 { font-size: 1.3rem; letter-spacing: -.01em; line-height: 2.1rem; }
h1 a { color: inherit; text-decoration: none; }
.scope { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; }
.scope label span { display: block; font-size: .75rem; color: var(--soft); }
.scope select, .scope button { font: inherit; height: 2.1rem; padding: 0 .6rem; color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: 7px; max-width: 15rem; }
.scripted .scope button { display: none; }
main { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
main:focus { outline: none; }
.connection:not([hidden]) { padding: .6rem 1.25rem; margin-bottom: 1rem; background: var(--critical-back); color: var(--critical); font-weight: 600; border-radius: 8px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.15rem 1.1rem; min-width: 0; }
.card > h2 { font-size: .95rem; font-weight: 650; margin-bottom: .7rem; }
.card h3 { font-size: .85rem; font-weight: 600; color: var(--soft); }
.empty { color: var(--soft); }
.note { color: var(--soft); font-size: .85rem; margin-top: .35rem; }
.none { display: none; }

.verdict { display: grid; grid-template-columns: auto minmax(0, 1fr); column-gap: 1rem; align-items: center; border-width: 1px 1px 1px 6px; }
.verdict > h2 { grid-column: 2; grid-row: 1; font-size: 1.45rem; letter-spacing: -.01em; margin: 0; line-height: 1.25; }
.verdict .sign { grid-column: 1; grid-row: 1 / span 2; width: 3rem; height: 3rem; border-radius: 50%; display: grid; place-items: center; font-size: 1.5rem; font-weight: 700; }
.verdict .why, .verdict .reasons { grid-column: 2; }
.verdict .why { color: var(--soft); }
.reasons { display: flex; flex-wrap: wrap; gap: .4rem; margin-top: .5rem; }
.reasons a { display: inline-flex; gap: .4rem; padding: .18rem .6rem; border-radius: 999px; text-decoration: none; font-size: .9rem; color: inherit; overflow-wrap: anywhere; }
.reasons a:hover { text-decoration: underline; }
.reasons .mark { font-weight: 700; }
.reasons .more { padding: .18rem .3rem; color: var(--soft); font-size: .9rem; }
.verdict.critical { border-color: var(--bar-critical); } .verdict.warning { border-color: var(--bar-warning); }
.verdict.ok { border-color: var(--ok); } .verdict.unknown { border-color: var(--unknown); }
.verdict.critical .sign, .reasons .critical a, .badge.critical { color: var(--critical); background: var(--critical-back); }
.verdict.warning .sign, .reasons .warning a, .badge.warning, .badge.notice { color: var(--warning); background: var(--warning-back); }
.verdict.ok .sign, .badge.ok { color: var(--ok); background: var(--ok-back); }
.verdict.unknown .sign, .reasons .unknown a, .badge.unknown, .badge.info { color: var(--unknown); background: var(--unknown-back); }
.badge { display: inline-block; padding: .1rem .55rem; border-radius: 999px; font-size: .82rem; font-weight: 600; white-space: nowrap; }

.advice { border-left: 4px solid var(--unknown); padding: .1rem 0 .1rem .8rem; }
.advice + .advice { margin-top: .9rem; }
.advice.critical { border-color: var(--bar-critical); } .advice.warning { border-color: var(--bar-warning); }
.advice h3 { color: var(--text); font-size: .95rem; }
.advice p { overflow-wrap: anywhere; }
.advice .todo { color: var(--soft); }
.advice .todo::before { content: "→ "; }

.grid { display: grid; gap: 1rem; grid-template-columns: repeat(2, minmax(0, 1fr)); }
.grid .wide { grid-column: 1 / -1; }
.gauges { display: grid; gap: 1.2rem 2rem; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); }
.figure { white-space: nowrap; font-variant-numeric: tabular-nums; }
.figure small { margin-left: .12em; color: inherit; font-size: .82em; }
.big { font-size: 1.75rem; font-weight: 650; line-height: 1.25; letter-spacing: -.02em; }
.big small { font-weight: 500; font-size: .6em; }
.of { font-size: .88rem; color: var(--soft); margin-top: .35rem; }
.lost-text { color: var(--critical); }
.bar { display: block; width: 100%; height: 9px; border-radius: 5px; margin-top: .3rem; }
.bar .track { fill: var(--track); } .bar .lost { fill: var(--bar-lost); }
.bar.ok .used { fill: var(--bar-ok); } .bar.warning .used { fill: var(--bar-warning); } .bar.critical .used { fill: var(--bar-critical); }
.tallies { display: flex; flex-wrap: wrap; gap: 1.2rem 2rem; }
.tallies > * { flex: 1 1 9.5rem; } .tallies > #disks { flex: 1.6 1 18rem; }
.tally h3 { display: flex; gap: .5rem; align-items: baseline; margin-bottom: .3rem; }
.tally .total { font-size: 1.45rem; font-weight: 650; color: var(--text); font-variant-numeric: tabular-nums; }
.tally li { display: flex; gap: .5rem; padding: .08rem 0; }
.tally li b { min-width: 2.2ch; text-align: right; font-variant-numeric: tabular-nums; }
.tally .zero, td.zero { color: var(--soft); }
li.critical, td.critical { color: var(--critical); font-weight: 600; }
li.warning, td.warning, small.warning { color: var(--warning); font-weight: 600; }
.pairs { display: grid; gap: .7rem 1.2rem; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); }
.pairs dt { font-size: .82rem; color: var(--soft); }
.pairs dd { font-size: 1.05rem; font-weight: 600; }
.movements li + li { margin-top: .6rem; }
.movements .kind { color: var(--soft); font-size: .85rem; }

.scroll { overflow-x: auto; }
.scroll table { min-width: 46rem; }
.scroll .id { white-space: nowrap; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .9rem .5rem 0; border-top: 1px solid var(--line); }
thead th { border-top: 0; padding-top: 0; font-size: .78rem; font-weight: 600; color: var(--soft); white-space: nowrap; }
tbody th { font-weight: 600; }
th:last-child, td:last-child { padding-right: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
table.small th, table.small td { padding: .18rem .9rem .18rem 0; border: 0; }
table.small th:last-child, table.small td:last-child { padding-right: 0; }
.space { min-width: 9rem; }
.id { font-family: ui-monospace, "Cascadia Mono", Menlo, monospace; font-size: .75rem; font-weight: 400; }
.problem { color: var(--soft); font-size: .85rem; max-width: 38rem; overflow-wrap: anywhere; }
.towers { margin-top: .8rem; color: var(--soft); font-size: .88rem; }
.alerts td:first-child { width: 6.5rem; } .alerts td:nth-child(2) { width: 55%; }
.alerts summary { cursor: pointer; overflow-wrap: anywhere; }
.alerts summary:hover { text-decoration: underline; }
.alerts tr.critical summary { font-weight: 600; }
.alerts dl { margin: .5rem 0 .3rem 1.05rem; display: grid; gap: .15rem .9rem; grid-template-columns: auto minmax(0, 1fr); }
.alerts dt { color: var(--soft); font-size: .88rem; } .alerts dd { white-space: pre-line; overflow-wrap: anywhere; }
.where { display: flex; flex-wrap: wrap; gap: 0 .45rem; overflow-wrap: anywhere; }
.where li + li::before { content: "› "; color: var(--soft); }

footer { padding-top: 1.2rem; padding-bottom: 2rem; color: var(--soft); font-size: .88rem; display: flex; flex-wrap: wrap; gap: .4rem 2rem; justify-content: space-between; }
footer nav { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; }
@media (max-width: 46rem) {
  .top, main, footer, .connection { padding-left: .8rem; padding-right: .8rem; }
  .grid { grid-template-columns: minmax(0, 1fr); }
  .scope { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); width: 100%; }
  .scope select, .scope button { width: 100%; max-width: none; }
  .card { padding: .85rem .9rem; }
  .verdict { column-gap: .8rem; align-items: start; }
  .verdict .sign { width: 2.3rem; height: 2.3rem; font-size: 1.15rem; grid-row: 1; }
  .verdict > h2 { font-size: 1.25rem; align-self: center; }
  .verdict .reasons, .verdict .why { grid-column: 1 / -1; }
  .tallies > * { flex-basis: 8.5rem; }
  .scroll table { min-width: 27rem; } #clusters-scroll table { min-width: 36rem; }
  .scroll .id, #clusters-scroll th br { display: none; }
  .alerts thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .alerts, .alerts tbody { display: block; }
  .alerts tr { display: grid; grid-template-columns: auto 1fr; gap: .25rem .7rem; padding: .6rem 0; border-top: 1px solid var(--line); }
  .alerts td { border: 0; padding: 0; } .alerts td:first-child, .alerts td:nth-child(2) { width: auto; }
  .alerts td:nth-child(1) { order: 1; } .alerts td:nth-child(4) { order: 2; } .alerts td:nth-child(2) { order: 3; grid-column: 1 / -1; } .alerts td:nth-child(3) { order: 4; grid-column: 1 / -1; color: var(--soft); font-size: .88rem; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;
