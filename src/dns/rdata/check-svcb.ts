import { familyOf, parseAddress } from "../address/address.ts";

/** What is wrong with the parameters of an SVCB or HTTPS record (RFC 9460 2.1, 7); undefined: nothing. */
export function serviceParameterProblem(priority: string, parameters: readonly string[]): string | undefined {
  if (priority === "0" && parameters.length > 0) {
    return "priority 0 is an alias and has no parameters (RFC 9460 2.4.2): remove them, or write another priority";
  }
  const keys = parameters.map((parameter) => keyOf(parameter));
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) {
    return `the parameter ${twice} stands twice: keep one`;
  }
  for (const parameter of parameters) {
    const key = keyOf(parameter);
    const value = parameter.slice(key.length + 1).replace(/^"(.*)"$/, "$1");
    if (!valueIsFine(key, value, parameter.includes("="), keys)) {
      return `the parameter "${parameter.slice(0, 60)}" is not as RFC 9460 14.3.2 has it`;
    }
  }
  return undefined;
}

function keyOf(parameter: string): string {
  return parameter.split("=", 1)[0] ?? "";
}

function valueIsFine(key: string, value: string, hasValue: boolean, keys: readonly string[]): boolean {
  const list = value.split(",");
  switch (key) {
    case "mandatory":
      return list.every((name) => name !== "mandatory" && keys.includes(name)) && new Set(list).size === list.length;
    case "alpn":
      return /^[!-+\--~]+$/.test(value.replaceAll(",", "")) && list.every((id) => id !== "");
    case "no-default-alpn":
      return !hasValue && keys.includes("alpn");
    case "port":
      return /^\d{1,5}$/.test(value) && Number(value) <= 65_535;
    case "ipv4hint":
      return list.every((address) => isOf("A", address));
    case "ipv6hint":
      return list.every((address) => isOf("AAAA", address));
    case "ech":
      return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value) && value !== "";
    case "dohpath":
      return value.startsWith("/") && value.includes("{?dns}");
    default:
      return /^key(?:[1-9]\d{2,4})$/.test(key) && Number(key.slice(3)) < 65_535;
  }
}

function isOf(family: "A" | "AAAA", text: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && familyOf(address) === family;
}
