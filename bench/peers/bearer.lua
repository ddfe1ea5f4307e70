-- Checks bearer tokens for nginx-lua.conf and keeps the claims of the verified ones in a cache of the worker's own.
-- It never asks another host and never trusts the token's own word about its algorithm or key.
local base64 = require("ngx.base64")
local cjson = require("cjson.safe")
local ffi = require("ffi")
local lrucache = require("resty.lrucache")

local decode_url = base64.decode_base64url
local exit, time, var = ngx.exit, ngx.time, ngx.var
local C = ffi.C -- nginx itself is linked with libcrypto 3

local ISSUER, AUDIENCE = "https://issuer.bench", "witgate-bench"
local ROLE, SCOPE = "customer", "orders:read"
local MAX_TOKEN_BYTES = 8192
local CACHED_TOKENS = 20000 -- for each worker
local P256_BYTES = 32 -- of r and of s
local SHA256_BYTES = 32

ffi.cdef([[
    void *BIO_new_mem_buf(const void *buf, int len);
    int BIO_free(void *bio);
    void *PEM_read_bio_PUBKEY(void *bio, void **key, void *ask, void *arg);
    void *EVP_sha256(void);
    void *EVP_MD_CTX_new(void);
    void EVP_MD_CTX_free(void *ctx);
    int EVP_DigestVerifyInit(void *ctx, void **pctx, const void *md, void *engine, void *key);
    int EVP_DigestVerify(void *ctx, const char *sig, size_t siglen, const char *text, size_t len);
    unsigned char *HMAC(const void *md, const char *key, int keylen, const char *text, size_t len,
                        unsigned char *out, unsigned int *outlen);
    int CRYPTO_memcmp(const void *a, const void *b, size_t len);
    void ERR_clear_error(void);
]])

local function read_file(path)
    local file = assert(io.open(path, "rb"))
    local text = assert(file:read("*a"))
    file:close()
    return text
end

local function public_key(path)
    local pem = read_file(path)
    local bio = C.BIO_new_mem_buf(pem, #pem)
    local key = C.PEM_read_bio_PUBKEY(bio, nil, nil, nil)
    C.BIO_free(bio)
    assert(key ~= nil, "no public key in " .. path)
    return key
end

local function digest_verify(key, text, signature)
    local ctx = C.EVP_MD_CTX_new()
    local good = C.EVP_DigestVerifyInit(ctx, nil, C.EVP_sha256(), nil, key) == 1
        and C.EVP_DigestVerify(ctx, signature, #signature, text, #text) == 1
    C.EVP_MD_CTX_free(ctx)
    C.ERR_clear_error() -- what is left in the queue would be taken for a fault of a later connection
    return good
end

-- An unsigned big-endian number as a DER INTEGER.
local function der_integer(bytes)
    bytes = bytes:gsub("^%z+", "")
    if bytes == "" or bytes:byte() >= 0x80 then
        bytes = "\0" .. bytes
    end
    return "\2" .. string.char(#bytes) .. bytes
end

local function es256(key, text, signature)
    if #signature ~= 2 * P256_BYTES then
        return false
    end
    local pair = der_integer(signature:sub(1, P256_BYTES)) .. der_integer(signature:sub(P256_BYTES + 1))
    return digest_verify(key, text, "\48" .. string.char(#pair) .. pair)
end

local function hs256(secret, text, signature)
    if #signature ~= SHA256_BYTES then
        return false
    end
    local out = ffi.new("unsigned char[?]", SHA256_BYTES)
    return C.HMAC(C.EVP_sha256(), secret, #secret, text, #text, out, nil) ~= nil
        and C.CRYPTO_memcmp(out, signature, SHA256_BYTES) == 0
end

-- The elements of an array as a set. Anything else is an empty set.
local function elements(value)
    local set = {}
    for _, element in ipairs(type(value) == "table" and value or {}) do
        set[element] = true
    end
    return set
end

local function words(value)
    local set = {}
    for word in (type(value) == "string" and value or ""):gmatch("[^ ]+") do
        set[word] = true
    end
    return set
end

local Bearer = {}
Bearer.__index = Bearer

-- The claims of a token whose signature and claims hold, else nil.
local function verify(self, alg, token)
    local head, body, tail = token:match("^([%w_-]+)%.([%w_-]+)%.([%w_-]+)$")
    if not head then
        return nil
    end
    local header = cjson.decode(decode_url(head) or "")
    if type(header) ~= "table" or header.alg ~= alg then
        return nil
    end
    local signature = decode_url(tail)
    if not signature or not self.verifiers[alg](self.keys[alg], head .. "." .. body, signature) then
        return nil
    end
    local claims = cjson.decode(decode_url(body) or "")
    if type(claims) ~= "table" or claims.iss ~= ISSUER then
        return nil
    end
    if claims.aud ~= AUDIENCE and not elements(claims.aud)[AUDIENCE] then
        return nil
    end
    local subject, nbf = claims.sub, claims.nbf or 0
    -- A control character in a header's value would begin another header.
    if type(claims.exp) ~= "number" or type(nbf) ~= "number" or type(subject) ~= "string" or subject:find("%c") then
        return nil
    end
    return {
        alg = alg,
        exp = claims.exp,
        nbf = nbf,
        subject = subject,
        roles = elements(claims.roles),
        scope = words(claims.scope),
    }
end

local function verify_header(self, alg, header)
    local scheme = header:sub(1, 7)
    if scheme:lower() ~= "bearer " or #header - 7 > MAX_TOKEN_BYTES then
        return nil
    end
    local claims = verify(self, alg, header:sub(8))
    if claims then
        self.cache:set(header, claims)
    end
    return claims
end

-- Ends the request with 401 or 403, or leaves the subject in $subject.
function Bearer:check(alg)
    local header = var.http_authorization
    if not header then
        return exit(401)
    end
    -- The key is the whole header: to cut the token out would make and hash a second long string for each request.
    local claims = self.cache:get(header) or verify_header(self, alg, header)
    local now = time()
    if not claims or claims.alg ~= alg or claims.exp <= now or claims.nbf > now then
        return exit(401)
    end
    if var.request_method ~= "GET" or not claims.roles[ROLE] or not claims.scope[SCOPE] then
        return exit(403)
    end
    var.subject = claims.subject
end

local function new(work)
    return setmetatable({
        cache = assert(lrucache.new(CACHED_TOKENS)),
        verifiers = { RS256 = digest_verify, ES256 = es256, HS256 = hs256 },
        keys = {
            RS256 = public_key(work .. "/rs256.pem"),
            ES256 = public_key(work .. "/es256.pem"),
            HS256 = read_file(work .. "/hs256.key"),
        },
    }, Bearer)
end

return { new = new }
