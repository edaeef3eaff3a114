import type { Millis } from "../../base/clock.ts";
import { markup, type Html } from "./html.ts";
import { agoText } from "./span-text.ts";
import type { AliasView } from "./status-view.ts";

/** The effects of annotations on an alias, and the mistakes in these annotations. */
export function steeringSection({ steering }: AliasView): Html | undefined {
  return steering.length === 0
    ? undefined
    : markup`${steering.map(({ text, isMistake }) => markup`<p class="${isMistake ? "why" : "steering"}">${text}</p>`)}`;
}

/** The history of the published addresses, in an element that is collapsed at first. */
export function historySection({ history }: AliasView, now: Millis): Html | undefined {
  if (history.length === 0) {
    return undefined;
  }
  const rows = history.map(
    ({ revision, publishedTime, addresses, targets, reason }) =>
      markup`<tr>
        <th scope="row">${revision}</th>
        <td><time datetime="${publishedTime}">${agoText(now, publishedTime)}</time></td>
        <td>${addresses.join(", ")}</td>
        <td>${targets.join(", ")}</td>
        <td>${reason}</td>
      </tr>`,
  );
  return markup`<details>
    <summary>History</summary>
    <table>
      <thead>
        <tr>
          <th scope="col">Revision</th>
          <th scope="col">Published</th>
          <th scope="col">Addresses</th>
          <th scope="col">Targets</th>
          <th scope="col">Reason</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </details>`;
}
