// The address book of an account.
import { Type } from 'typebox'
import { AddressInput, Closed, Id } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { examplePage } from '../examples.ts'
import { Patch } from '../patch.ts'
import { identityExamples } from './examples.ts'
import { AddressEntry } from './schemas.ts'

const addressParams = Closed({ addressId: Id('adr') })
const { address, addressEntry, phone } = identityExamples

export const addressApi = {
  listAddresses: endpoint({
    operationId: 'listAddresses',
    method: 'GET',
    path: '/v1/me/addresses',
    auth: 'shopper',
    rate: 'read',
    summary: 'List your addresses',
    description: 'Returns the whole address book of the caller.',
    success: 200,
    response: { 200: Type.Object({ items: Type.Array(AddressEntry), nextCursor: Type.Null() }) },
    errors: [],
    examples: { response: examplePage(addressEntry) },
  }),
  addAddress: endpoint({
    operationId: 'addAddress',
    method: 'POST',
    path: '/v1/me/addresses',
    auth: 'shopper',
    rate: 'write',
    summary: 'Add an address',
    description: 'Adds an address. With `isDefault: true` it replaces the default address.',
    body: Closed({ ...AddressInput.properties, isDefault: Type.Optional(Type.Boolean()) }),
    success: 201,
    response: { 201: AddressEntry },
    errors: [],
    examples: { body: { ...address, isDefault: true }, response: addressEntry },
  }),
  updateAddress: endpoint({
    operationId: 'updateAddress',
    method: 'PATCH',
    path: '/v1/me/addresses/:addressId',
    auth: 'shopper',
    rate: 'write',
    summary: 'Change an address',
    description: 'Changes the members that are sent; `null` removes an optional one, such as `phone`.',
    params: addressParams,
    body: Patch({ ...AddressInput.properties, isDefault: Type.Boolean() }),
    success: 200,
    response: { 200: AddressEntry },
    errors: ['not_found'],
    examples: {
      params: identityExamples.addressParams,
      body: { phone },
      response: { ...addressEntry, phone },
    },
  }),
  deleteAddress: endpoint({
    operationId: 'deleteAddress',
    method: 'DELETE',
    path: '/v1/me/addresses/:addressId',
    auth: 'shopper',
    rate: 'write',
    summary: 'Remove an address',
    description: 'Removes an address from the book; orders keep their copy.',
    params: addressParams,
    success: 204,
    response: { 204: Type.Null() },
    errors: ['not_found'],
    examples: { params: identityExamples.addressParams },
  }),
} satisfies Record<string, Endpoint>
