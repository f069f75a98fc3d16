import { z } from 'zod'
import { AwsJsonError } from './aws-json'

/** Tags as AWS-JSON carries them. */
export const TAG_LIST = z.array(z.object({ Key: z.string().min(1).max(128), Value: z.string().max(256) })).max(50)

/** Reads an operation's input; whatever does not fit is a ValidationException, all of it at once. */
export function read<Shape extends z.ZodType>(shape: Shape, given: unknown): z.infer<Shape> {
  const result = shape.safeParse(given)
  if (result.success) return result.data
  const problems = result.error.issues.map(({ path, message }) => `'${path.join('.')}': ${message}`)
  throw new AwsJsonError('ValidationException', `${problems.length} validation error(s): ${problems.join('; ')}`)
}

/** A page of a list, by a token that says where the next one starts. */
export function pageOf<Item>(
  items: readonly Item[],
  token: string | undefined,
  most: number,
): { readonly items: readonly Item[]; readonly next: { readonly NextToken?: string } } {
  const start = token === undefined ? 0 : Number(token)
  if (!Number.isInteger(start) || start < 0) throw new AwsJsonError('InvalidNextToken', 'The token is not valid')
  const end = start + most
  return { items: items.slice(start, end), next: end < items.length ? { NextToken: String(end) } : {} }
}
