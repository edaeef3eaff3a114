import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { isObject, listAt, memberAt, textAt } from "../../../../src/base/json.ts";
import { crdManifests } from "../../../../src/api/generate/crd.ts";

/* The rules of Kubernetes' API conventions and of kube-api-linter that can be computed, on the CRDs as they are installed. */

interface Field {
  readonly path: string;
  readonly name: string;
  readonly node: Readonly<Record<string, unknown>>;
  readonly isInList: boolean;
  readonly isRequired: boolean;
}

const FIELDS: readonly Field[] = crdManifests().flatMap(({ yaml }) => {
  const crd: unknown = parse(yaml);
  const kind = memberAt(crd, "spec", "names", "kind");
  const schema = memberAt(listAt(crd, "spec", "versions")[0], "schema", "openAPIV3Schema");
  return ["spec", "status"].flatMap((name) =>
    fieldsOf({
      path: `${String(kind)}.${name}`,
      name,
      node: objectAt(schema, "properties", name),
      isInList: false,
      isRequired: true,
    }),
  );
});

const RULES: readonly (readonly [rule: string, isBroken: (field: Field) => boolean])[] = [
  [
    "items of lists have no defaults, because Argo CD would report the object as out of sync",
    ({ node, isInList }) => isInList && node["default"] !== undefined,
  ],
  ["a field with a default is not required", ({ node, isRequired }) => isRequired && hasDefault(node) && !isRoot(node)],
  [
    "a required text can't be empty, except the message of a condition",
    ({ node, isRequired, name, path }) =>
      isRequired && isFreeText(node) && !(Number(node["minLength"]) > 0) && !MAY_BE_EMPTY.test(path) && name !== "type",
  ],
  ["a name is camelCase", ({ name }) => !/^[a-z][A-Za-z0-9]*$/.test(name)],
  [
    "a time is named …Time and has the format date-time",
    ({ name, node }) => name.endsWith("Time") !== (node["format"] === "date-time"),
  ],
  ["a number has no unit in its name: durations are GEP-2257", ({ name }) => /(Seconds|Millis|Ms|Minutes)$/.test(name)],
  [
    "a default is in the description, because kubectl explain doesn't show it",
    ({ node }) =>
      hasDefault(node) && node["type"] !== "object" && !textAt(node, "description").includes("Defaults to "),
  ],
  [
    "a value of an enum is PascalCase, or an acronym in upper case, or a name of the IANA",
    ({ node }) => enumOf(node).some((value) => !/^[A-Z][A-Za-z0-9]*$/.test(value) && !/^hmac-sha\d+$/.test(value)),
  ],
  [
    "acronyms are in upper case",
    ({ node }) => enumOf(node).some((value) => /^(Axfr|Udp|Tcp|Tls|Https|Ipv\d)$/.test(value)),
  ],
  [
    "a list says how it is merged",
    ({ node }) => node["type"] === "array" && node["x-kubernetes-list-type"] === undefined,
  ],
  [
    "the keys of a map list are required in its items",
    ({ node }) =>
      listAt(node, "x-kubernetes-list-map-keys").some((key) => !listAt(node, "items", "required").includes(key)),
  ],
  ["a list has a limit", ({ node }) => node["type"] === "array" && node["maxItems"] === undefined],
  [
    "a description begins with a noun or with the field's name, and ends as a sentence",
    ({ node, name }) => !isNounPhrase(textAt(node, "description"), name),
  ],
  [
    "a description is in the words of Kubernetes and the DNS",
    ({ node }) => /\b(host name|look-ups?|record sets?|octets?|asked|asker)\b/i.test(textAt(node, "description")),
  ],
];

for (const [rule, isBroken] of RULES) {
  test(rule, () => {
    assert.deepEqual(
      FIELDS.filter(isBroken).map(({ path, node }) => `${path}: ${textAt(node, "description")}`),
      [],
    );
  });
}

test("the rules see every field", () => {
  assert.ok(FIELDS.length > 150, String(FIELDS.length));
  assert.ok(FIELDS.some(({ path }) => path === "DnsAlias.spec.targets[].addresses[]"));
});

const MAY_BE_EMPTY =
  /^DnsAlias\.status\.summary\.|\.conditions\[\]\.message$|\.chain\[\]$|\.matchExpressions\[\]\.values\[\]$|\.outcome$|\.httpHeaders\[\]\.value$/;

function isFreeText(node: Field["node"]): boolean {
  return node["type"] === "string" && node["enum"] === undefined && node["format"] === undefined;
}

function hasDefault(node: Field["node"]): boolean {
  return node["default"] !== undefined;
}

/** status has a default, so that kstatus doesn't take an object that no controller has seen for a current one. */
function isRoot(node: Field["node"]): boolean {
  return memberAt(node, "properties", "observedGeneration") !== undefined;
}

function enumOf(node: Field["node"]): readonly string[] {
  return listAt(node, "enum").map(String);
}

/** No pronoun, question word, preposition, or verb in front. */
function isNounPhrase(description: string, name: string): boolean {
  const [first = ""] = description.split(/[ ,:.]/);
  return (
    first.toLowerCase() === name.toLowerCase() ||
    (/^[A-Z]/.test(first) && !NOT_A_NOUN.test(first) && /\.\)?$/.test(description))
  );
}

const NOT_A_NOUN =
  /^(It|Its|This|These|That|What|Who|Whoever|Which|How|Where|When|Whether|Why|If|Of|For|From|To|With|Without|Below|By|Every|Each|At|Publish|Patch|Hold|Holds|Leave|Tell|Write|Give|Take|Set|Is|Are|Has|Same)$/;

function fieldsOf(field: Field): readonly Field[] {
  const { path, name, node, isInList } = field;
  const required = listAt(node, "required");
  const properties = isObject(node["properties"]) ? Object.keys(node["properties"]) : [];
  const below = properties.flatMap((key) =>
    fieldsOf({
      path: `${path}.${key}`,
      name: key,
      node: objectAt(node, "properties", key),
      isInList,
      isRequired: required.includes(key),
    }),
  );
  const items = isObject(node["items"])
    ? fieldsOf({ path: `${path}[]`, name, node: node["items"], isInList: true, isRequired: true })
    : [];
  return [field, ...below, ...items];
}

function objectAt(value: unknown, ...path: readonly string[]): Field["node"] {
  const found = memberAt(value, ...path);
  return isObject(found) ? found : assert.fail(path.join("."));
}
