// Starts GraphiQL: operations are posted to this page's own address, subscriptions go over a socket that a ticket opens.
"use strict";

const place = document.getElementById("graphiql");
const sockets = place.dataset.sockets;
const clients = new Map(); // by who is signed in

const WELCOME = `# Register or log in (POST /v1/auth/login)
# and put the access token into the headers below.
#
# Subscriptions work here too:
# subscription { myImagesChanged { status } }

{
  me {
    email
  }
  myImages(first: 5) {
    edges {
      node {
        id
        fileName
        status
      }
    }
  }
}
`;

const fetcher = (operation, { headers = {}, documentAST } = {}) => {
  const { Authorization: authorization, ...others } = headers;
  const signedIn = /^Bearer\s+\S/.test(authorization ?? "") ? { Authorization: authorization } : {};
  return isSubscription(operation, documentAST)
    ? client(signedIn).iterate(operation)
    : post(location.pathname, { ...others, ...signedIn }, operation);
};

function isSubscription({ operationName }, document) {
  const operations = document?.definitions.filter(({ kind }) => kind === "OperationDefinition") ?? [];
  const chosen = operations.find(({ name }) => name?.value === operationName) ?? operations[0];
  return chosen?.operation === "subscription";
}

function client(signedIn) {
  const who = signedIn.Authorization;
  if (!clients.has(who)) {
    const url = async () => {
      const { ticket, detail } = await post("sockets/tickets", signedIn);
      if (!ticket) throw new Error(detail);
      return `${sockets}?ticket=${encodeURIComponent(ticket)}`;
    };
    clients.set(who, graphqlWs.createClient({ url, retryAttempts: 5 }));
  }
  return clients.get(who);
}

async function post(address, headers, body) {
  const answer = await fetch(new URL(address, location.href), {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return answer.json();
}

ReactDOM.createRoot(place).render(
  React.createElement(GraphiQL, {
    fetcher,
    defaultQuery: WELCOME,
    defaultHeaders: '{\n  "Authorization": "Bearer "\n}',
    defaultEditorToolsVisibility: "headers",
  }),
);
