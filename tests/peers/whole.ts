// The package and std/log in one, to be bundled: the peers' configuration does not know where they
// come from.
export * from "../../mod.ts";
export * as log from "@std/log";
