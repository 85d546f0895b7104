/**
 * Puts an exporter together with the acknowledgements that it writes. Used by the worker, and by
 * the program's thread where there is no worker.
 *
 * @module
 */
import { Exporter } from "../delivery/exporter.ts";
import type { ExporterSettings, LossCallbacks } from "../delivery/exporter_settings.ts";
import type { Send } from "../delivery/response.ts";
import type { Acknowledgements } from "./acknowledgements.ts";

/** Starts an exporter that acknowledges here. It posts over HTTP unless another way is given. */
export function startExporter(
  settings: ExporterSettings,
  acknowledgements: Acknowledgements,
  losses: LossCallbacks,
  send?: Send,
): Exporter {
  return new Exporter(
    settings,
    {
      settle: (sequence, outcome) => acknowledgements.write(sequence, outcome),
      countRetries: (count) => acknowledgements.countRetries(count),
      onHopeless: () => acknowledgements.setHopeless(),
      ...losses,
    },
    send,
  );
}
