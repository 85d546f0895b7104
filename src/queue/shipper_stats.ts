/**
 * What a shipper counts. The handler adds what never got to it. Runs on the program's thread.
 *
 * @module
 */

/** What became of the records so far. */
export type ShipperStats = Readonly<
  Record<
    | "accepted"
    | "delivered"
    | "failed"
    | "dropped"
    | "pending"
    | "spooled"
    | "recovered"
    | "retried",
    number
  >
>;
