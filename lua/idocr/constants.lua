--- Constants that several rooms share.

local constants = {}

constants.MAX_RESPONSE = 32 * 1024 * 1024 -- bytes of a reply: the default of the option max_response
constants.CONNECT_TIMEOUT = 5 -- seconds: the default of the option timeout.connect
constants.TOTAL_TIMEOUT = 30 -- seconds: the default of the option timeout.total
constants.PICTURE_FIELDS = { "portrait", "portrait_small", "portrait_back", "card_image" } -- fields of a card with bytes of a picture
constants.LARGEST_PICTURE = 32 * 1024 * 1024 -- bytes that are read at all; three times the largest limit of a service
constants.SITES = { "intl", "cn" } -- of Tencent: two services with separate accounts

return constants
