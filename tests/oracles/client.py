"""A client of an OpenID provider: Authlib. Reads and writes what client.mjs does. Never a browser: the test is."""

import json
import os
import secrets
import sys
import time

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oauth2.rfc8414 import get_well_known_url as oauth_url
from authlib.oidc.core import CodeIDToken, UserInfo
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwk, jwt
from joserfc.errors import JoseError

DEADLINE_SECONDS = 20
# OpenID Connect Discovery 1.0 section 3 wants RS256 of every provider; ours signs with the one algorithm it is set to.
DEMANDS_RS256 = "id_token_signing_alg_values_supported"
# The provider of the tests is on loopback.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"


class ShortAssertion(PrivateKeyJWT):
    """Authlib's own is good for an hour, which our issuer refuses; and given claims, it sends one `jti` again and again."""

    def sign(self, auth, token_endpoint):
        claims = {"exp": int(time.time()) + 60}
        key = jwk.ECKey.import_key(auth.client_secret)
        header = {"kid": "their-key"}
        return private_key_jwt_sign(key, auth.client_id, token_endpoint, alg="ES256", claims=claims, header=header)


class Client:
    def __init__(self, setup):
        self.setup = setup
        self.metadata = self.discovered(get_well_known_url(setup["issuer"], external=True), OpenIDProviderMetadata)
        self.discovered(oauth_url(setup["issuer"], external=True), AuthorizationServerMetadata)
        self.keys = jwk.KeySet.import_key_set(fetched(self.metadata["jwks_uri"]))
        self.session = OAuth2Session(
            setup["client_id"],
            setup["client_secret"],
            token_endpoint_auth_method=setup["method"],
            revocation_endpoint_auth_method=setup["method"],
            redirect_uri=setup["redirect_uri"],
            code_challenge_method="S256",
            default_timeout=DEADLINE_SECONDS,
        )

        self.session.register_client_auth_method(ShortAssertion(self.metadata["token_endpoint"]))

    def discovered(self, url, kind):
        """Authlib's own rules for such a document, and that it is of this issuer."""
        document = kind(fetched(url))
        for name in kind.REGISTRY_KEYS:
            if name != DEMANDS_RS256:
                getattr(document, f"validate_{name}")()
        if document["issuer"] != self.setup["issuer"]:
            raise ValueError("another issuer")
        return document

    def begin(self, message):
        self.nonce, self.verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        url, self.state = self.session.create_authorization_url(
            self.metadata["authorization_endpoint"],
            code_verifier=self.verifier,
            nonce=self.nonce,
            scope=self.setup["scope"],
            **(message.get("extra") or {}),
        )
        return {"url": url}

    def finish(self, message):
        tokens = self.session.fetch_token(
            self.metadata["token_endpoint"],
            authorization_response=message["callback"],
            code_verifier=self.verifier,
            state=self.state,
        )
        token = jwt.decode(tokens["id_token"], self.keys, algorithms=["ES256"])
        claims = CodeIDToken(
            token.claims,
            token.header,
            {"iss": {"value": self.setup["issuer"]}, "aud": {"value": self.setup["client_id"]}},
            {"nonce": self.nonce, "client_id": self.setup["client_id"], "access_token": tokens["access_token"]},
        )
        claims.validate()
        return {"tokens": tokens, "claims": claims}

    def refresh(self, message):
        url = self.metadata["token_endpoint"]
        return {"tokens": self.session.refresh_token(url, refresh_token=message["refresh_token"])}

    def client_credentials(self, message):
        url = self.metadata["token_endpoint"]
        return {"tokens": self.session.fetch_token(url, grant_type="client_credentials", scope=message["scope"])}

    def userinfo(self, message):
        self.session.token = {"access_token": message["access_token"], "token_type": "Bearer"}
        answer = self.session.get(self.metadata["userinfo_endpoint"])
        answer.raise_for_status()
        claims = UserInfo(answer.json())
        if claims["sub"] != message["subject"]:
            raise ValueError("another subject")
        return claims

    def introspect(self, message):
        return checked(self.session.introspect_token(self.metadata["introspection_endpoint"], token=message["token"]))

    def revoke(self, message):
        checked(self.session.revoke_token(self.metadata["revocation_endpoint"], token=message["token"]))
        return {}


def fetched(url):
    answer = requests.get(url, timeout=DEADLINE_SECONDS)
    answer.raise_for_status()
    return answer.json()


def checked(answer):
    """Authlib gives these two answers as they came."""
    body = answer.json() if answer.content else {}
    if answer.status_code != 200:
        raise OAuthError(error=body.get("error"), description=body.get("error_description"))
    return body


def main():
    client = None
    for line in sys.stdin:
        message = json.loads(line)
        try:
            if client is None:
                client = Client(message)
                answer = client.metadata
            else:
                answer = getattr(client, message["do"])(message)
        except OAuthError as error:
            answer = {"error": error.error, "message": str(error)}
        except (JoseError, ValueError, KeyError, requests.RequestException) as error:
            answer = {"error": type(error).__name__, "message": str(error)}
        print(json.dumps(answer), flush=True)


main()
