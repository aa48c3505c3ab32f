/** How the page of a report looks. */

/** The style sheet: colours of the reader's own light or dark setting, with a contrast of 4.5 or more; nothing is told by colour alone. */
export const STYLE: string = `
:root { color-scheme: light dark; --ink: #1d2328; --paper: #ffffff; --quiet: #59636e; --line: #d4dae0; --soft: #f2f4f7;
  --good: #0f6b34; --bad: #b3261e; --open: #7a5200; --on: #ffffff; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ec; --paper: #14181c; --quiet: #9aa5b1; --line: #363d45; --soft: #1e242a;
    --good: #6fd394; --bad: #ff9188; --open: #e9bb62; --on: #14181c; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 75rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .25rem; }
.run::first-letter { text-transform: uppercase; }
.run { display: inline-block; border-left: .4rem solid var(--open); padding-left: .75rem; }
.run.done { border-color: var(--good); }
.run.failed, .run.unknown { border-color: var(--bad); }
header p, .quiet, caption { color: var(--quiet); }
code, pre { font-family: ui-monospace, monospace; font-size: .875rem; }
header p { overflow-wrap: anywhere; }
.bar { display: flex; flex-wrap: wrap; gap: 2px; margin: 1rem 0; padding: 0; list-style: none; border-radius: .4rem; overflow: hidden; }
.bar li { flex: 1 0 auto; padding: .25rem .6rem; font-size: .875rem; white-space: nowrap; background: var(--open); color: var(--on); }
.bar .completed, .bar .left { background: var(--good); }
.bar .failed { background: var(--bad); }
dl { display: flex; flex-wrap: wrap; gap: .75rem 2rem; margin: 1rem 0; }
dt { color: var(--quiet); font-size: .875rem; }
dd { margin: 0; font-size: 1.1rem; font-variant-numeric: tabular-nums; }
section li, .quiet { overflow-wrap: anywhere; }
:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
table { width: 100%; margin-top: 1.5rem; border-collapse: collapse; }
caption { text-align: left; padding-bottom: .5rem; }
th, td { padding: .45rem .6rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: normal; }
th:first-child, td:first-child { padding-left: 0; }
thead th { color: var(--quiet); border-top: 0; font-size: .875rem; }
td:nth-child(3) { width: 100%; overflow-wrap: anywhere; }
.number, .tries { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.time { background: linear-gradient(var(--soft) 0 0) no-repeat 100% .35rem / var(--share) 1.7rem; }
.outcome { font-weight: 600; color: var(--open); }
.outcome.completed, .outcome.left { color: var(--good); }
.outcome.failed { color: var(--bad); }
.list { padding: 0 .4rem; border: 1px solid var(--line); border-radius: .3rem; color: var(--quiet); font-size: .8125rem; }
.why { margin: 0; color: var(--quiet); font-size: .875rem; }
.more td { padding: 0 0 .75rem; border: 0; }
summary { cursor: pointer; color: var(--quiet); font-size: .875rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
details ol { margin: .25rem 0; padding-left: 2.5rem; font-size: .875rem; }
details p { margin: .25rem 0; font-size: .875rem; }
.tail { display: flex; flex-direction: column-reverse; margin: .25rem 0; max-height: 24rem; overflow: auto; background: var(--soft); border-radius: .3rem; }
pre { margin: 0; padding: .6rem; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: plaintext; }
@media (max-width: 40rem) {
  th, td { padding: .45rem .3rem; }
  .tries { display: none; }
}
@media print {
  :root { color-scheme: light; }
  main { max-width: none; padding: 0; }
  .bar, .tail, .time { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  tr { break-inside: avoid; }
  .more { break-before: avoid; break-inside: auto; }
  .tail { display: block; max-height: none; }
}
`;
