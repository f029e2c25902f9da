// What operators do with accounts: find, promote, block.
import { Type } from 'typebox'
import { Closed, Email, Line, OneOf, Page, pageQuery, Role, Text } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { examplePage } from '../examples.ts'
import { Patch } from '../patch.ts'
import { identityExamples } from './examples.ts'
import { User, UserId } from './schemas.ts'

const userParams = Closed({ userId: UserId })

export const adminUserApi = {
  listUsers: endpoint({
    operationId: 'adminListUsers',
    method: 'GET',
    path: '/v1/admin/users',
    auth: 'admin',
    rate: 'read',
    summary: 'List users',
    description: 'Returns accounts, guests included, newest first. Filters can be combined.',
    query: Closed({
      ...pageQuery,
      role: Type.Optional(Role),
      email: Type.Optional(Email),
      blocked: Type.Optional(Type.Boolean()),
      verified: Type.Optional(Type.Boolean()),
      q: Type.Optional({ ...Text(120), description: 'Part of an e-mail address or a name, or an id' }),
      unreachable: Type.Optional(
        Type.Boolean({
          description: 'Accounts whose stored address has no normal form, or the normal form of another account’s address',
        }),
      ),
    }),
    success: 200,
    response: { 200: Page(User) },
    errors: [],
    examples: { query: { q: 'archer', limit: 20 }, response: examplePage(identityExamples.user) },
  }),
  getUser: endpoint({
    operationId: 'adminGetUser',
    method: 'GET',
    path: '/v1/admin/users/:userId',
    auth: 'admin',
    rate: 'read',
    summary: 'Get a user',
    description: 'Returns one account with its role and whether it is verified or blocked.',
    params: userParams,
    success: 200,
    response: { 200: User },
    errors: ['not_found'],
    examples: { params: identityExamples.userParams, response: identityExamples.user },
  }),
  updateUser: endpoint({
    operationId: 'adminUpdateUser',
    method: 'PATCH',
    path: '/v1/admin/users/:userId',
    auth: 'admin',
    rate: 'write',
    summary: 'Change or block a user',
    description:
      'Changes the role of an account, or blocks or unblocks it. Blocking and demoting end its access tokens within seconds. The last active admin can be neither.',
    params: userParams,
    body: Patch({
      role: OneOf('customer', 'admin'),
      blocked: Type.Boolean(),
      reason: { ...Line(200), description: 'Stored in the audit row' },
    }),
    success: 200,
    response: { 200: User },
    errors: ['not_found', 'forbidden', 'last_admin'],
    examples: {
      params: identityExamples.userParams,
      body: { blocked: true, reason: 'Charged back three orders' },
      response: identityExamples.blockedUser,
    },
  }),
} satisfies Record<string, Endpoint>
