--- Full names that card tables compose of the parts of a name, where the service sends none.

local names = {}

names.WESTERN = { { field = "name", from = { "given_name", "surname" }, separator = " " } }

--- With a middle name, where the person has one.
names.WITH_MIDDLE_NAME = {
  { field = "name", from = { "given_name", "middle_name", "surname" }, separator = " " },
  { field = "name", from = { "given_name", "surname" }, separator = " " },
}

--- With a second surname, where the person has one.
names.WITH_SECOND_SURNAME = {
  { field = "name", from = { "given_name", "surname", "second_surname" }, separator = " " },
  { field = "name", from = { "given_name", "surname" }, separator = " " },
}

return names
