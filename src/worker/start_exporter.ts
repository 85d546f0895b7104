/**
 * Puts an exporter together with the acknowledgements that it writes. Used by the worker, and by
 * the program's thread where there is no worker.
 *
 * @module
 */
import type { AlarmClock } from "../delivery/alarm.ts";
import { Exporter } from "../delivery/exporter.ts";
import type { ExporterSettings } from "../delivery/exporter_settings.ts";
import type { LossCallbacks } from "../delivery/losses.ts";
import type { Send } from "../delivery/response.ts";
import type { Acknowledgements } from "./acknowledgements.ts";

/**
 * Starts an exporter that acknowledges here. It posts over HTTP by the thread's own time, unless
 * another way or time is given.
 */
export function startExporter(
  settings: ExporterSettings,
  acknowledgements: Acknowledgements,
  losses: LossCallbacks,
  { send, clock }: { readonly send?: Send; readonly clock?: AlarmClock | undefined } = {},
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
    clock,
  );
}
