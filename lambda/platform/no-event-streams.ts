/**
 * Stands in the bundles for `@smithy/core/event-streams`, which the SDK loads for the few operations that answer with a stream of events,
 * such as SelectObjectContent. None of ours does; and since it may be loaded late, esbuild would wrap it and all that it shares with the
 * rest of the SDK in functions, each of which V8 reads twice at a cold start.
 */
export function resolveEventStreamSerdeConfig<Config>(config: Config): Config {
  return config
}

export function eventStreamSerdeProvider(): never {
  throw new Error('the bundles have no event streams: see no-event-streams.ts')
}

/** Made by the SDK when an operation has an event stream. */
export class EventStreamSerde {
  constructor() {
    eventStreamSerdeProvider()
  }
}
