import ArgumentParser
import BihuanDomain

extension PostRole: ExpressibleByArgument {}
