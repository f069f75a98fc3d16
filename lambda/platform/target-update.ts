import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb'
import type { TargetChange } from '../ports'
import { type Item, toAttribute } from './attributes'

type Expression = Pick<
  UpdateItemCommandInput,
  'UpdateExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>

/** A change of a target's item as DynamoDB takes it, with `token` noted as the last write under the lease. */
export function updateOf(change: TargetChange, token: string): Expression {
  const { addWaitingFiles, addWaitingBytes, ...fields } = change
  const names: Record<string, string> = { '#write': LAST_WRITE }
  const values: Item = { ':write': { S: token } }
  const set = ['#write = :write']
  const remove: string[] = []
  const add: string[] = []

  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    names[`#${name}`] = name
    if (value === null) remove.push(`#${name}`)
    else {
      values[`:${name}`] = toAttribute(value)
      set.push(`#${name} = :${name}`)
    }
  }
  for (const [name, value] of Object.entries({ waitingFiles: addWaitingFiles, waitingBytes: addWaitingBytes })) {
    if (value === undefined) continue
    names[`#${name}`] = name
    values[`:${name}`] = toAttribute(value)
    add.push(`#${name} :${name}`)
  }
  return {
    UpdateExpression: [clause('SET', set), clause('REMOVE', remove), clause('ADD', add)].filter(Boolean).join(' '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  }
}

/** The attribute that names the last write under a lease: who finds its own token there has written. */
export const LAST_WRITE = 'lastWrite'

function clause(word: string, parts: readonly string[]): string {
  return parts.length === 0 ? '' : `${word} ${parts.join(', ')}`
}
