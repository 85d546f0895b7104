// Stands in for jsr:@std/log/rotating-file-handler: the genuine module, as the npm package windmill-cli ships it.
// @ts-types="../../node_modules/windmill-cli/types/deps/jsr.io/@std/log/0.224.14/rotating_file_handler.d.ts"
export * from "../../node_modules/windmill-cli/esm/deps/jsr.io/@std/log/0.224.14/rotating_file_handler.js";
