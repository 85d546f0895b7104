// Stands in for jsr:@std/async: of its modules those that this project uses.
export * from "./delay.ts";
