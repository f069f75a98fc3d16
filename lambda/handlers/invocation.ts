/** What a handler may know of its invocation. Lambda's `Context` fits it. */
export interface Invocation {
  readonly awsRequestId: string
  getRemainingTimeInMillis(): number
}

/** The part of an SQS event that Penstock reads. */
export interface QueueEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[]
}

/** The messages that go back to the queue; SQS deletes the others. */
export interface QueueResponse {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[]
}
