import { writeFileSync } from "node:fs";
import { MESSAGES, messages } from "./messages.ts";

/** `npm run messages`: writes the messages of the code, so that the difference can be read. */
writeFileSync(MESSAGES, messages());
