// Stands in for jsr:@std/dotenv/load: importing it loads ./.env into the environment.
import { loadSync } from "./mod.ts";

loadSync({ export: true });
