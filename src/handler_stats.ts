/**
 * What a handler counts. Types alone: the shipper counts most of it, and the handler what never gets
 * there.
 *
 * @module
 */

/**
 * What became of the records so far. At any time
 * `accepted + recovered = delivered + failed + dropped + pending + spooled`. Without the option
 * `spool`, `recovered` and `spooled` are 0.
 */
export interface HandlerStats {
  /** Records that the handler has accepted. */
  readonly accepted: number;
  /** Records that the service has accepted. */
  readonly delivered: number;
  /** Records that the service refused, or that could not be delivered in time. */
  readonly failed: number;
  /** Records that found the queue full, or the handler closed. */
  readonly dropped: number;
  /**
   * Records not taken: of excluded loggers, dropped by `redact`, or logged by our own diagnostics,
   * `formatter` or `redact` while they run.
   */
  readonly filtered: number;
  /** Records queued or in flight. */
  readonly pending: number;
  /** Records that are only on disk: waiting for room in the queue, or left when the handler closed. */
  readonly spooled: number;
  /** Records of other programs, adopted from the spool. */
  readonly recovered: number;
  /** How often a record was sent again. */
  readonly retried: number;
}
