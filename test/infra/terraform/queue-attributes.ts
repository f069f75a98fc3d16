import type { Amendment, Answered } from './in-front-of-moto'

type Attributes = Readonly<Record<string, string>>

interface Call {
  readonly QueueUrl?: string
  readonly QueueName?: string
  readonly Attributes?: Attributes
  readonly AttributeNames?: readonly string[]
}

/**
 * Attributes of queues that SQS keeps and moto (5.2) does not: it stores `RedriveAllowPolicy` and never tells it, refuses to be asked
 * for it by name, erases `Policy` whenever any other attribute is set, and puts spaces into `RedrivePolicy`. The provider waits
 * for the first two to come back as they were written, for ever, and takes the third for a change.
 */
const FORGOTTEN: readonly string[] = ['Policy', 'RedriveAllowPolicy', 'RedrivePolicy']

/** Remembers those attributes of each queue as they were set. */
export function makeQueueAttributes(): Amendment {
  const remembered = new Map<string, Attributes>()
  return async (asked, moto) => {
    const operation = /^AmazonSQS\.(\w+)$/.exec(String(asked.headers['x-amz-target']))?.[1]
    if (operation === undefined) return undefined
    const call = JSON.parse(asked.body.toString('utf8')) as Call
    const answered = await moto({ ...asked, body: Buffer.from(JSON.stringify(withoutUnknown(operation, call))) })
    if (answered.status !== 200) return answered
    // A queue is called by its address, which ends in its name.
    const queue = call.QueueName ?? call.QueueUrl?.split('/').at(-1) ?? ''
    if (operation === 'CreateQueue' || operation === 'SetQueueAttributes') {
      const own = Object.entries(call.Attributes ?? {}).filter(([name]) => FORGOTTEN.includes(name))
      remembered.set(queue, { ...remembered.get(queue), ...Object.fromEntries(own) })
    }
    if (operation === 'DeleteQueue') remembered.delete(queue)
    return operation === 'GetQueueAttributes'
      ? told(answered, call.AttributeNames ?? [], remembered.get(queue))
      : answered
  }
}

/** Moto refuses the whole request because of one name that it does not know. */
function withoutUnknown(operation: string, call: Call): Call {
  if (operation !== 'GetQueueAttributes') return call
  return { ...call, AttributeNames: (call.AttributeNames ?? []).map((one) => (FORGOTTEN.includes(one) ? 'All' : one)) }
}

function told(answered: Answered, names: readonly string[], remembered: Attributes = {}): Answered {
  const said = JSON.parse(answered.body.toString('utf8') || '{}') as { readonly Attributes?: Attributes }
  const attributes = Object.entries({ ...said.Attributes, ...remembered }).filter(
    // An attribute that was set to nothing is not there.
    ([name, value]) => value !== '' && (names.includes('All') || names.includes(name)),
  )
  return { ...answered, body: Buffer.from(JSON.stringify({ ...said, Attributes: Object.fromEntries(attributes) })) }
}
