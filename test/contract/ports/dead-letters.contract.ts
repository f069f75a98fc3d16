import type { DeadLettersPort, QueueName } from '../../../lambda/ports'

interface Observed {
  readonly port: DeadLettersPort
  /** Parks a message behind a queue, as it is after too many tries. */
  park(queue: QueueName, body: string): Promise<void>
  /** What came back to a queue so far. */
  back(queue: QueueName): Promise<readonly string[]>
}

/** What the tick and `penstock` rely on from wherever dead letters are parked. */
export function describeDeadLettersPort(name: string, make: () => Observed): void {
  describe(`dead letters ${name}`, () => {
    it('counts each queue’s own, and names the queue in which they lie', async () => {
      const { port, park } = make()
      expect(await port.count('objects')).toMatchObject({ messages: 0 })
      await park('objects', 'a')
      await park('objects', 'b')
      await park('wakes', 'c')
      const [objects, wakes] = [await port.count('objects'), await port.count('wakes')]
      expect([objects.messages, wakes.messages]).toEqual([2, 1])
      expect(objects.arn).toMatch(/^arn:aws:sqs:eu-west-1:\d{12}:.*objects-dead$/)
      expect(wakes.arn).toMatch(/wakes-dead$/)
    })

    it('drives everything back to the queue that it came from, and leaves the others', async () => {
      const { port, park, back } = make()
      for (let message = 0; message < 25; message += 1) await park('objects', String(message))
      await park('wakes', 'stays')
      expect(await port.driveBack('objects')).toBe('started')
      expect([...(await back('objects'))].map(Number).sort((a, b) => a - b)).toEqual([...Array(25).keys()])
      expect([(await port.count('objects')).messages, (await port.count('wakes')).messages]).toEqual([0, 1])
      expect(await back('wakes')).toEqual([])
    })

    it('drives nothing back without complaint', async () => {
      const { port, back } = make()
      expect(await port.driveBack('wakes')).toBe('started')
      expect(await back('wakes')).toEqual([])
    })
  })
}
