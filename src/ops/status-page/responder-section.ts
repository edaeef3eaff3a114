import { markup, type Html } from "./html.ts";
import type { ResponderView } from "./status-view.ts";

/** The addresses of the responder, and its counts since the start. */
export function responderSection(view: ResponderView): Html {
  const { addresses, workers, questions, cacheHits, waitedForLookup, stale, failed, rateLimited, udpIo } = view;
  const where =
    addresses.length === 0
      ? "It does not answer yet."
      : `Answers at ${addresses.join(", ")}, ${workers === 1 ? "1 worker" : `${workers} workers`}, UDP over ${udpIo}. Since the start:`;
  const counts: readonly (readonly [title: string, count: number])[] = [
    ["Queries", questions],
    ["From prepared packets", cacheHits],
    ["Waited for a lookup", waitedForLookup],
    ["Stale", stale],
    ["SERVFAIL", failed],
    ["Rate limited", rateLimited],
  ];
  return markup`<section aria-labelledby="responder">
    <h2 id="responder">Responder</h2>
    <p>${where}</p>
    <table>
      <thead>
        <tr>
          ${counts.map(([title]) => markup`<th scope="col" class="number">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        <tr>
          ${counts.map(([, count]) => markup`<td class="number">${count}</td>`)}
        </tr>
      </tbody>
    </table>
  </section>`;
}
