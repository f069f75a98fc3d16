import type { DeadLettersPort, QueueName } from '../../lambda/ports'

/** Dead letters in two lists per queue: what is parked, and what was driven back. */
export function deadLettersInMemory(): DeadLettersPort & {
  readonly parked: Readonly<Record<QueueName, string[]>>
  readonly drivenBack: Readonly<Record<QueueName, string[]>>
} {
  const parked: Record<QueueName, string[]> = { objects: [], wakes: [] }
  const drivenBack: Record<QueueName, string[]> = { objects: [], wakes: [] }
  return {
    parked,
    drivenBack,
    count: async (queue) => ({
      messages: parked[queue].length,
      arn: `arn:aws:sqs:eu-west-1:000000000000:${queue}-dead`,
    }),
    async driveBack(queue) {
      drivenBack[queue].push(...parked[queue].splice(0))
      return 'started'
    },
  }
}
